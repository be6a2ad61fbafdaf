import { defaultMonitor, type Monitor, TelltaleError } from '@telltale/core';
import type { AICallObserver, AICallStart } from './ai-call.ts';
import { observerOf } from './guarded-observer.ts';
import { type MonitorAIOptions, resolveIntegration } from './integration-options.ts';
import { type AskedModel, observeModelCall } from './vercel-ai-call.ts';
import { vercelProvider } from './vercel-ai-usage.ts';
import { type AskedImages, askedImages, count, type Json, object, word } from './wire/answer.ts';
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
  const observe: Observe = (describe, run) => {
    if (isCovered()) return run();
    const observer = observerOf(given);
    const asked = monitor().errors.guard('ai', () => describe(observer), undefined);
    if (asked === undefined) return run();
    const start = given.provider === undefined ? asked.start : { ...asked.start, provider: given.provider };
    return observeModelCall(observer, { ...asked, start }, run);
  };
  const isModel = Object.keys(METHODS).some((method) => typeof (thing as Json)?.[method] === 'function');
  const isModule = typeof (thing as Json)?.registerTelemetry === 'function';
  if (!isModel && !isModule) {
    const advice = 'pass a model, or all of `ai` from version 7 on (`import * as ai`)';
    throw new TelltaleError('vercel-ai', `monitorVercelAI was given neither a model nor the AI SDK; ${advice}.`);
  }
  if (!monitor().enabled || isInstrumented(thing)) return thing;
  if (isModel) return observeModel(thing, observe);
  observeModule(thing as { registerTelemetry(telemetry: object): void }, observe);
  return thing;
}

/** Makes a call, observed as it is described. */
type Observe = (
  describe: (wanted: AICallObserver) => AskedModel,
  run: () => PromiseLike<object>,
) => PromiseLike<object>;

function observeModel<T extends object>(model: T, observe: Observe): T {
  const methods = new Map<string, Method>();
  for (const [name, operation] of Object.entries(METHODS)) {
    const method = (model as Record<string, unknown>)[name] as Method | undefined;
    if (typeof method !== 'function') continue;
    methods.set(name, (call) =>
      observe(
        (wanted) => ({
          start: startOf(model as Json, call, operationOf(model as Json, operation), name === 'doStream', wanted),
          signal: call?.abortSignal,
          images: imagesOf(call),
        }),
        () => method.call(model, call),
      ),
    );
  }
  const bound = new WeakMap<object, unknown>();
  const memberOf = (target: T, name: string | symbol): unknown => {
    // A getter of a class, its methods and its private members need the model itself.
    const member: unknown = Reflect.get(target, name, target);
    if (typeof member !== 'function' || name === 'constructor' || Object.hasOwn(target, name)) return member;
    if (!bound.has(member)) {
      const apply = (method: typeof member, self: unknown, args: unknown[]): unknown =>
        Reflect.apply(method, self === observed ? target : self, args);
      bound.set(member, new Proxy(member, { apply }));
    }
    return bound.get(member);
  };
  const observed = new Proxy(model, {
    get: (target, name) => methods.get(name as string) ?? (name in own ? own[name] : memberOf(target, name)),
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

function imagesOf(call: Json | undefined): AskedImages {
  const options = Object.values(object(call?.providerOptions) ?? {});
  const quality = options.map((each) => object(each)?.quality).find((told) => told !== undefined);
  return askedImages(quality, call?.size);
}

function observeModule(ai: { registerTelemetry(telemetry: object): void }, observe: Observe): void {
  if (registered.AI_SDK_TELEMETRY_INTEGRATIONS?.some((integration) => TELEMETRY in integration)) return;
  const telemetry = {
    [TELEMETRY]: true,
    executeLanguageModelCall({ execute, ...event }: Json & { execute: () => PromiseLike<object> }) {
      return observe((wanted) => ({ start: startOf(event, event, 'chat', false, wanted) }), execute);
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
