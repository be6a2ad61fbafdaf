import { defaultMonitor, type Monitor } from '@telltale/core';
import { observerOf } from './guarded-observer.ts';
import type { MonitorAIOptions } from './integration-options.ts';
import type { DescribedCall, Wanted } from './wire/answer.ts';
import { isCovered } from './wire/covered.ts';
import { beginExchange, type Exchange } from './wire/exchange.ts';
import { isInstrumented, markInstrumented, override } from './wire/instrumented.ts';

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What the SDKs of OpenAI and Anthropic, which one generator wrote, keep of a request through all its attempts. */
interface RequestOptions {
  path: string;
  method: string;
  body?: unknown;
  signal?: AbortSignal | null;
  maxRetries?: number;
}

/** The parts of such a client that Telltale uses. The two hooks are made to be overridden. */
export interface StainlessClient {
  baseURL: string;
  maxRetries: number;
  fetch: Fetch;
  prepareOptions(options: RequestOptions): Promise<void>;
  prepareRequest(request: RequestInit, about: { url: string; options: RequestOptions }): Promise<void>;
  withOptions(options: object): StainlessClient;
}

/** What differs between them. */
export interface Dialect {
  describe(options: RequestOptions, wanted: Wanted): DescribedCall | undefined;
  provider(client: StainlessClient): string;
  /** Changes what is sent, for this attempt. */
  prepare?(exchange: Exchange, options: RequestOptions, provider: string): unknown;
}

/** Whether an object has what is needed of such a client. */
export function isStainless(client: unknown): client is StainlessClient {
  const { fetch, prepareOptions, prepareRequest, withOptions } = (client ?? {}) as Partial<StainlessClient>;
  return [fetch, prepareOptions, prepareRequest, withOptions].every((member) => typeof member === 'function');
}

/**
 * Observes a client through its own hooks: a call begins in `prepareOptions`, where an error reaches the caller as it
 * is and without a retry; `prepareRequest` tells which request belongs to it; `fetch` sees each attempt and the answer.
 * Clients made by `withOptions` are observed too.
 */
export function observeStainless(client: StainlessClient, options: MonitorAIOptions, dialect: Dialect): void {
  const monitor = (): Monitor => options.monitor ?? defaultMonitor();
  if (isInstrumented(client) || !monitor().enabled) return;
  const calls = new WeakMap<RequestOptions, Exchange>();
  const requests = new WeakMap<object, RequestOptions>();
  const { fetch, prepareOptions, prepareRequest, withOptions } = client;

  const begin = async (request: RequestOptions): Promise<void> => {
    const before = calls.get(request);
    if ((before !== undefined && !before.over) || request.signal?.aborted || isCovered()) return;
    const observer = observerOf(options);
    const described = monitor().errors.guard(
      'ai',
      () => (request.method === 'post' ? dialect.describe(request, observer) : undefined),
      undefined,
    );
    if (described === undefined) return;
    const provider = options.provider ?? dialect.provider(client);
    const exchange = await beginExchange(observer, provider, described, monitor().errors.report);
    exchange.signal = request.signal ?? null;
    calls.set(request, exchange);
    if (request.signal) giveUpWith(request.signal, new WeakRef(exchange));
  };

  const restores = [
    override(client, 'prepareOptions', async (request: RequestOptions) => {
      await prepareOptions.call(client, request);
      await begin(request);
      const exchange = calls.get(request);
      if (exchange === undefined || exchange.over || dialect.prepare === undefined) return;
      const given = request.body;
      const body = dialect.prepare(exchange, request, options.provider ?? dialect.provider(client));
      if (body === undefined) return;
      request.body = body;
      originals.set(request, given);
    }),
    override(client, 'prepareRequest', async (init: RequestInit, about: { url: string; options: RequestOptions }) => {
      const request = about?.options;
      // The request is built: the options are the caller's again.
      if (request !== undefined && originals.has(request)) {
        request.body = originals.get(request);
        originals.delete(request);
      }
      await prepareRequest.call(client, init, about);
      if (request !== undefined && typeof init?.headers === 'object') requests.set(init.headers, request);
    }),
    override(client, 'fetch', (input: string | URL | Request, init?: RequestInit) => {
      const headers = init?.headers;
      const request = typeof headers === 'object' ? requests.get(headers) : undefined;
      const exchange = request && calls.get(request);
      if (exchange === undefined || exchange.over) return fetch.call(undefined, input, init);
      const done = retriesDone(headers as Headers) ?? exchange.attempts;
      const follow = (response: Response | undefined): boolean =>
        done < (request!.maxRetries ?? client.maxRetries) && (response === undefined || isRetried(response));
      return exchange.attempt(() => fetch.call(undefined, input, init), { follow });
    }),
    override(client, 'withOptions', (changed: object) => {
      const copy = withOptions.call(client, changed);
      // It has inherited our fetch; it gets the one below, and hooks of its own.
      if (copy.fetch === client.fetch) copy.fetch = fetch;
      if (isStainless(copy)) observeStainless(copy, options, dialect);
      return copy;
    }),
  ];
  const originals = new WeakMap<RequestOptions, unknown>();
  markInstrumented(client, () => {
    for (const restore of restores) restore();
  });
}

/** Between two attempts, and before an answer is read, nothing but the signal tells that no more will come. */
function giveUpWith(signal: AbortSignal, ref: WeakRef<Exchange>): void {
  const listener = (): void => {
    // What is under way is broken off by the same signal, and tells so itself.
    ref.deref()?.giveUpWaiting();
  };
  signal.addEventListener('abort', listener, { once: true });
  ref.deref()?.onEnd(() => signal.removeEventListener('abort', listener));
}

/** As the SDK tells it to the server, unless it is told not to. */
function retriesDone(headers: Headers): number | undefined {
  const told = headers.get?.('x-stainless-retry-count') ?? undefined;
  return told === undefined ? undefined : Number(told);
}

/** What both SDKs send again: timeouts, conflicts, rate limits, the server's own failures, and what it says itself. */
function isRetried(response: Response): boolean {
  const told = response.headers.get('x-should-retry');
  if (told === 'true' || told === 'false') return told === 'true';
  const { status } = response;
  return status === 408 || status === 409 || status === 429 || status >= 500;
}
