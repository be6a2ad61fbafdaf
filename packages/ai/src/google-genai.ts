import { defaultMonitor, type Monitor, TelltaleError } from '@telltale/core';
import { observerOf } from './guarded-observer.ts';
import { type MonitorAIOptions, resolveIntegration } from './integration-options.ts';
import { isCovered } from './wire/covered.ts';
import { beginExchange, type Exchange } from './wire/exchange.ts';
import { describeGemini } from './wire/gemini-requests.ts';
import { isInstrumented, markInstrumented, override } from './wire/instrumented.ts';

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

interface RetryOptions {
  readonly attempts?: number;
  readonly httpStatusCodes?: readonly number[];
}

interface HttpOptions {
  fetch?: Fetch;
  retryOptions?: RetryOptions;
}

interface APIClient {
  readonly clientOptions: { httpOptions?: HttpOptions };
  apiCall?(url: string, init: RequestInit, retryOptions: RetryOptions | undefined, ...rest: unknown[]): unknown;
}

interface GoogleClient {
  readonly apiClient: APIClient;
}

/** What the SDK retries where it is told to retry, unless it is told what. */
const RETRIED = [408, 429, 500, 502, 503, 504];
const ATTEMPTS = 5;

/**
 * Observes every model call of a `@google/genai` client (majors 2 and 3) and returns that client: content, streams,
 * each round of automatic function calls, embeddings and images, on the Gemini API and on Vertex. Live sessions and
 * interactions are not seen. Calling it again changes nothing.
 *
 * A budget that blocks rejects the call with a `BudgetExceededError` as it is.
 *
 * @throws {ConfigError} for unknown options.
 * @throws {TelltaleError} where it is not given a client.
 * @example
 * const google = monitorGoogleGenAI(new GoogleGenAI({ apiKey }));
 */
export function monitorGoogleGenAI<T extends object>(client: T, options: MonitorAIOptions = {}): T {
  const { provider = 'google', ...given } = resolveIntegration(options);
  const { apiClient } = (client ?? {}) as Partial<GoogleClient>;
  if (apiClient?.clientOptions === undefined) {
    const advice = 'pass what `new GoogleGenAI()` returned';
    throw new TelltaleError('google-genai', `monitorGoogleGenAI was not given a client; ${advice}.`);
  }
  const monitor = (): Monitor => given.monitor ?? defaultMonitor();
  if (isInstrumented(client) || !monitor().enabled) return client;
  const http = (apiClient.clientOptions.httpOptions ??= {});
  const before = http.fetch;
  const send: Fetch = before ?? ((input, init) => fetch(input, patient(init)));
  // The SDK's attempts at one request share its headers.
  const calls = new WeakMap<object, Exchange>();
  const retries = new WeakMap<object, RetryOptions>();

  const observed: Fetch = async (input, init) => {
    const headers = init?.headers as object | undefined;
    if (headers === undefined || isCovered()) return send(input, init);
    let exchange = calls.get(headers);
    if (exchange === undefined || exchange.over) {
      const observer = observerOf(given);
      const describe = () => describeGemini(String(input), init?.body, observer);
      const described = monitor().errors.guard('ai', describe, undefined);
      if (described === undefined) return send(input, init);
      exchange = await beginExchange(observer, provider, described, monitor().errors.report);
      calls.set(headers, exchange);
    }
    const { attempts } = exchange;
    const retryOptions = retries.get(headers) ?? http.retryOptions;
    return exchange.attempt(() => send(input, init), {
      follow: (response) =>
        retryOptions !== undefined &&
        attempts + 1 < (retryOptions.attempts ?? ATTEMPTS) &&
        (response === undefined || (retryOptions.httpStatusCodes ?? RETRIED).includes(response.status)),
    });
  };
  const restores = [override(http, 'fetch', observed)];
  const { apiCall } = apiClient;
  if (typeof apiCall === 'function') {
    // A single request may be set up for retries of its own.
    const noting: APIClient['apiCall'] = (url, init, retryOptions, ...rest) => {
      if (retryOptions && init?.headers) retries.set(init.headers, retryOptions);
      return apiCall.call(apiClient, url, init, retryOptions, ...rest);
    };
    restores.push(override(apiClient, 'apiCall', noting));
  }
  markInstrumented(client, () => {
    for (const restore of restores) restore();
  });
  return client;
}

const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** Node's fetch gives up after five minutes; the SDK sees to it that it does not, unless it has a fetch to use. */
function patient(init: RequestInit | undefined): RequestInit {
  if (init !== undefined && 'dispatcher' in init) return init;
  const dispatcher = {
    dispatch(options: object, handler: unknown): unknown {
      const { [GLOBAL_DISPATCHER]: real } = globalThis as unknown as Record<symbol, typeof dispatcher>;
      return real!.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
    },
  };
  return { ...init, dispatcher } as RequestInit;
}
