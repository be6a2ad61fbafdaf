import { monitorAnthropic } from './anthropic.ts';
import { monitorBedrock } from './bedrock.ts';
import { monitorGoogleGenAI } from './google-genai.ts';
import type { MonitorAIOptions } from './integration-options.ts';
import { monitorMistral } from './mistral.ts';
import { monitorOpenAI } from './openai.ts';
import { isStainless } from './stainless.ts';
import { monitorVercelAI } from './vercel-ai.ts';

/**
 * Does what `monitorOpenAI`, `monitorAnthropic`, `monitorGoogleGenAI`, `monitorMistral`, `monitorBedrock` or
 * `monitorVercelAI` does, by what it is given. Returns what they return; `undefined` where it is none of theirs.
 *
 * @throws {ConfigError} for unknown options.
 */
export function monitorAIClient<T extends object>(thing: T, options: MonitorAIOptions = {}): T | undefined {
  // Traits that each integration needs itself.
  const traits = thing as {
    readonly messages?: unknown;
    readonly chat?: unknown;
    readonly apiClient?: { readonly clientOptions?: unknown };
    readonly _options?: { readonly hooks?: { readonly registerBeforeRequestHook?: unknown } };
    readonly middlewareStack?: unknown;
    readonly config?: { readonly serviceId?: unknown };
    readonly doGenerate?: unknown;
    readonly doEmbed?: unknown;
    readonly doRerank?: unknown;
    readonly registerTelemetry?: unknown;
  };
  if (isStainless(thing)) {
    const isAnthropic = traits.messages !== undefined && traits.chat === undefined;
    return isAnthropic ? monitorAnthropic(thing, options) : monitorOpenAI(thing, options);
  }
  if (traits.apiClient?.clientOptions !== undefined) return monitorGoogleGenAI(thing, options);
  if (traits._options?.hooks?.registerBeforeRequestHook !== undefined) return monitorMistral(thing, options);
  if (traits.middlewareStack !== undefined && traits.config?.serviceId === 'Bedrock Runtime') {
    return monitorBedrock(thing, options);
  }
  const { doGenerate, doEmbed, doRerank, registerTelemetry } = traits;
  const isVercel = [doGenerate, doEmbed, doRerank, registerTelemetry].some((each) => each !== undefined);
  return isVercel ? monitorVercelAI(thing, options) : undefined;
}
