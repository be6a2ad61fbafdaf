import { defaultMonitor, type Monitor, TelltaleError } from '@telltale/core';
import { observerOf } from './guarded-observer.ts';
import { type MonitorAIOptions, resolveIntegration } from './integration-options.ts';
import type { DescribedCall } from './wire/answer.ts';
import { parseObject } from './wire/body-collector.ts';
import { isCovered } from './wire/covered.ts';
import { beginExchange, type Exchange } from './wire/exchange.ts';
import { isInstrumented, markInstrumented, override } from './wire/instrumented.ts';
import { describeOpenAI } from './wire/openai-requests.ts';

type Send = (request: Request) => Promise<Response>;

/** One operation, however many attempts it takes. */
interface HookContext {
  readonly retryConfig?: { readonly strategy?: string };
  readonly retryCodes?: readonly string[];
}

interface Hooks {
  beforeCreateRequestHooks: object[];
  beforeRequestHooks: object[];
  registerBeforeCreateRequestHook(hook: object): void;
  registerBeforeRequestHook(hook: object): void;
}

interface MistralClient {
  readonly _options: {
    readonly hooks: Hooks;
    httpClient?: { fetcher?: Send; request(request: Request): Promise<Response> };
  };
}

/**
 * Observes every model call of a `@mistralai/mistralai` client (majors 1 and 2) and returns that client: chat,
 * structured output, fill-in-the-middle, agents, embeddings, moderation, streams; retries as attempts of one call. What
 * was taken off the client before (`const { chat } = client`) is not seen. Calling it again changes nothing.
 *
 * The SDK wraps whatever is thrown under way: a budget that blocks rejects the call with the SDK's own error, whose
 * `cause` is the `BudgetExceededError`. It does not retry it.
 *
 * @throws {ConfigError} for unknown options.
 * @throws {TelltaleError} where it is not given a client.
 * @example
 * const mistral = monitorMistral(new Mistral({ apiKey }));
 */
export function monitorMistral<T extends object>(client: T, options: MonitorAIOptions = {}): T {
  const { provider = 'mistral', ...given } = resolveIntegration(options);
  const sdk = (client as unknown as Partial<MistralClient>)?._options;
  if (typeof sdk?.hooks?.registerBeforeRequestHook !== 'function') {
    throw new TelltaleError('mistral', 'monitorMistral was not given a client; pass what `new Mistral()` returned.');
  }
  const monitor = (): Monitor => given.monitor ?? defaultMonitor();
  if (isInstrumented(client) || !monitor().enabled) return client;
  const described = new WeakMap<HookContext, DescribedCall>();
  const calls = new WeakMap<HookContext, Exchange>();
  const requests = new WeakMap<Request, HookContext>();
  let active = true;

  sdk.hooks.registerBeforeCreateRequestHook({
    beforeCreateRequest(context: HookContext, input: { readonly url: URL; readonly options?: RequestInit }) {
      if (active && !isCovered()) {
        const body = input.options?.body;
        const observer = observerOf(given);
        const fields = typeof body === 'string' ? parseObject(body) : body;
        const describe = () => describeOpenAI(input.url.pathname, fields, observer);
        const call = monitor().errors.guard('ai', describe, undefined);
        if (call !== undefined) described.set(context, call);
      }
      return input;
    },
  });
  sdk.hooks.registerBeforeRequestHook({
    async beforeRequest(context: HookContext, request: Request) {
      const call = described.get(context);
      if (call !== undefined && calls.get(context) === undefined) {
        calls.set(context, await beginExchange(observerOf(given), provider, call, monitor().errors.report));
      }
      if (call !== undefined) requests.set(request, context);
      return request;
    },
  });

  const observe =
    (send: Send): Send =>
    (request) => {
      const context = requests.get(request);
      const exchange = context && calls.get(context);
      if (exchange === undefined || exchange.over) return send(request);
      return exchange.attempt(() => send(request), { follow: (response) => isRetried(context!, response) });
    };
  const { httpClient } = sdk;
  const restore =
    httpClient?.fetcher === undefined
      ? override(sdk, 'httpClient', {
          request: observe((request) => (httpClient ? httpClient.request(request) : fetch(request))),
        })
      : override(httpClient, 'fetcher', observe(httpClient.fetcher));
  const forget = (): void => {
    for (const part of partsOf(client)) delete (client as Record<string, unknown>)[part];
  };
  forget();
  markInstrumented(client, () => {
    active = false;
    restore();
    forget();
  });
  return client;
}

/** The parts of a client (`chat`, `embeddings`) are made when they are first asked for, each with the way to send. */
function partsOf(client: object): string[] {
  return Object.entries(client)
    .filter(([name, part]) => name.startsWith('_') && typeof part === 'object' && part !== null && '_baseURL' in part)
    .map(([name]) => name);
}

/** A failure to connect is retried where failures are; how long, only the SDK knows. */
function isRetried({ retryConfig, retryCodes = [] }: HookContext, response: Response | undefined): boolean {
  if (retryConfig?.strategy !== 'backoff') return false;
  return response === undefined || retryCodes.includes(String(response.status));
}
