import { TelltaleError } from '@telltale/core';
import { type MonitorOpenAIOptions, resolveOpenAI } from './integration-options.ts';
import { isStainless, observeStainless } from './stainless.ts';
import { describeOpenAI, lacksUsage, withUsage } from './wire/openai-requests.ts';
import { providerAt } from './wire/provider-hosts.ts';

/** Hosts that take `stream_options`; some others refuse a request with a field that they do not know. */
const TELL_STREAM_USAGE = new Set([
  'openai',
  'openrouter',
  'groq',
  'deepseek',
  'together',
  'fireworks',
  'x-ai',
  'cerebras',
  'ollama',
  'vllm',
  'lmstudio',
  'llamacpp',
  'local',
]);

/**
 * Observes every model call of an `openai` client (majors 6 and 7, `AzureOpenAI` too) and returns that client: chat,
 * responses, embeddings, images, audio, moderation; streams in every style; retries as attempts of one call. Also of
 * whoever else speaks the protocol, known by the client's `baseURL`. Realtime and batches are not seen. Calling it
 * again changes nothing.
 *
 * A budget that blocks rejects the call with a `BudgetExceededError`, which the SDK neither wraps nor retries.
 *
 * @throws {ConfigError} for unknown options.
 * @throws {TelltaleError} where it is not given a client.
 * @example
 * const openai = monitorOpenAI(new OpenAI());
 */
export function monitorOpenAI<T extends object>(client: T, options: MonitorOpenAIOptions = {}): T {
  const { streamUsage, ...integration } = resolveOpenAI(options);
  if (!isStainless(client)) {
    throw new TelltaleError('openai', 'monitorOpenAI was not given a client; pass what `new OpenAI()` returned.');
  }
  // A client with a certificate of its own keeps its fetch to itself.
  if ('_options' in client && (client as { _options?: { x509Transport?: unknown } })._options?.x509Transport)
    return client;
  observeStainless(client, integration, {
    describe: ({ path, body }, wanted) => describeOpenAI(path, body, wanted),
    provider: ({ baseURL }) => providerAt(baseURL) ?? 'unknown',
    prepare(exchange, { body }, provider) {
      const asks = streamUsage === 'always' || (streamUsage === 'auto' && TELL_STREAM_USAGE.has(provider));
      if (!asks || typeof body !== 'object' || body === null || !lacksUsage(exchange.described, body)) return undefined;
      exchange.stripsUsage = true;
      return withUsage(body);
    },
  });
  return client;
}
