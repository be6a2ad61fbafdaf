import { defaultMonitor, type Monitor, TelltaleError } from '@telltale/core';
import type { AICallObserver, AICallStart } from './ai-call.ts';
import { observerOf } from './guarded-observer.ts';
import { type MonitorAIOptions, resolveIntegration } from './integration-options.ts';
import { observeModelCall } from './vercel-ai-call.ts';
import { vercelProvider } from './vercel-ai-usage.ts';
import { count, type Json, word } from './wire/answer.ts';
import { isCovered } from './wire/covered.ts';
import { isInstrumented, markInstrumented } from './wire/instrumented.ts';
import { promptOf, sizeOf } from './wire/request-size.ts';

/** The methods by which the AI SDK asks a model, and what each does. */
const METHODS: Readonly<Record<string, string>> = {
  doGenerate: 'chat',
  doStream: 'chat',
  doEmbed: 'embeddings',
  doRerank: 'rerank',
};

type Method = (options: Json & { readonly abortSignal?: AbortSignal }) => PromiseLike<object>;

/** Where AI SDK 7 keeps what `registerTelemetry` was given. */
const registered = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: object[] };
const TELEMETRY = Symbol.for('telltale.v1.ai-telemetry');

/**
 * Observes the AI SDK. Given a model (of version 5, 6 or 7; for language, embeddings, images or reranking), returns
 * that model, observed: it is another object, for a model is handed from call to call, and has the same class, names
 * and abilities. Given the module `ai` of version 7, observes every language model call that it makes, and returns the
 * module. A call that both would see, or a client that is observed too, is told once.
 *
 * The SDK's own retries are told as calls of their own: nothing tells a model that another attempt follows. A budget
 * that blocks rejects with a `BudgetExceededError`, which the SDK does not retry.
 *
 * @throws {ConfigError} for unknown options.
 * @throws {TelltaleError} where it is given neither a model nor the module of version 7.
 * @example
 * const model = monitorVercelAI(openai('gpt-4o-mini'));
 * @example
 * import * as ai from 'ai';
 * monitorVercelAI(ai);
 */
export function monitorVercelAI<T extends object>(thing: T, options: MonitorAIOptions = {}): T {
  const given = resolveIntegration(options);
  const monitor = (): Monitor => given.monitor ?? defaultMonitor();
  const observer = (): AICallObserver => observerOf(given);
  const isModel = Object.keys(METHODS).some((method) => typeof (thing as Json)?.[method] === 'function');
  const isModule = typeof (thing as Json)?.registerTelemetry === 'function';
  if (!isModel && !isModule) {
    const advice = 'pass a model, or all of `ai` from version 7 on (`import * as ai`)';
    throw new TelltaleError('vercel-ai', `monitorVercelAI was given neither a model nor the AI SDK; ${advice}.`);
  }
  if (!monitor().enabled || isInstrumented(thing)) return thing;
  if (isModel) return observeModel(thing, observer, given.provider);
  observeModule(thing as { registerTelemetry(telemetry: object): void }, observer, given.provider);
  return thing;
}

function observeModel<T extends object>(model: T, observer: () => AICallObserver, provider: string | undefined): T {
  const methods = new Map<string, Method>();
  for (const [name, operation] of Object.entries(METHODS)) {
    const method = (model as Record<string, unknown>)[name] as Method | undefined;
    if (typeof method !== 'function') continue;
    methods.set(name, (call) => {
      const run = (): PromiseLike<object> => method.call(model, call);
      if (isCovered()) return run();
      const start = startOf(
        model as Json,
        call,
        operationOf(model as Json, operation),
        name === 'doStream',
        observer(),
      );
      return observeModelCall(observer(), { ...start, ...(provider && { provider }) }, call?.abortSignal, run);
    });
  }
  const observed = new Proxy(model, {
    // A getter of a class, and its private members, need the model itself.
    get: (target, name) => methods.get(name as string) ?? (name in own ? own[name] : Reflect.get(target, name, target)),
    has: (target, name) => name in own || name in target,
    defineProperty: (_, name, { value }) => Reflect.set(own, name, value),
    deleteProperty: (_, name) => Reflect.deleteProperty(own, name),
  });
  const own: Record<string | symbol, unknown> = Object.create(null);
  markInstrumented(observed, () => methods.clear());
  return observed;
}

function operationOf(model: Json, operation: string): string {
  return operation === 'chat' && 'maxImagesPerCall' in model ? 'images' : operation;
}

function observeModule(
  ai: { registerTelemetry(telemetry: object): void },
  observer: () => AICallObserver,
  provider: string | undefined,
): void {
  if (registered.AI_SDK_TELEMETRY_INTEGRATIONS?.some((integration) => TELEMETRY in integration)) return;
  const telemetry = {
    [TELEMETRY]: true,
    executeLanguageModelCall({ execute, ...event }: Json & { execute: () => PromiseLike<object> }) {
      if (isCovered()) return execute();
      const start = startOf(event, event, 'chat', false, observer());
      return observeModelCall(observer(), { ...start, ...(provider && { provider }) }, undefined, execute);
    },
  };
  ai.registerTelemetry(telemetry);
  markInstrumented(ai, () => {
    const all = registered.AI_SDK_TELEMETRY_INTEGRATIONS;
    const at = all?.indexOf(telemetry) ?? -1;
    if (at >= 0) all!.splice(at, 1);
  });
}

function startOf(
  model: Json,
  call: Json,
  operation: string,
  stream: boolean,
  { recordsContent, countsInput = true }: AICallObserver,
): AICallStart {
  const input = call?.prompt ?? call?.messages ?? call?.values ?? call?.documents;
  return {
    provider: vercelProvider(model),
    model: word(model.modelId) ?? 'unknown',
    operation,
    stream,
    maxOutputTokens: count(call?.maxOutputTokens),
    ...(countsInput && { inputCharacters: sizeOf(input) + sizeOf(call?.tools) }),
    ...(recordsContent && { prompt: promptOf(input) }),
  };
}
