import { ConfigError } from '@telltale/core';
import { PromQLError, QueryCanceledError, QueryTimeoutError, QueryUnavailableError } from '@telltale/promql';
import { type ErrorReply, errorOfReply } from './errors.ts';
import { type PrometheusSourceOptions, resolveSourceOptions } from './options.ts';

/** What is asked: a path below `/api/v1/`, its parameters, and how long the answer may take. */
export interface Ask {
  readonly path: string;
  /** Several values of a name stand in an array; what is undefined is left out. */
  readonly parameters: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The PromQL among them, to say where in it an error is. */
  readonly text?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What came back: `data`, and what else was said. */
export interface Reply {
  readonly data: unknown;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** Asks the HTTP API of one Prometheus. */
export class PrometheusClient {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;

  /** @throws {ConfigError} where the address or an option cannot be used. */
  constructor(address: string, options: PrometheusSourceOptions) {
    const { headers, basicAuth, bearerToken, timeoutMs, maxResponseBytes } = resolveSourceOptions(options);
    const url = addressOf(address);
    const auth = basicAuth ?? (url.username === '' ? undefined : userOf(url));
    this.#base = `${url.origin}${url.pathname.replace(/\/+$/, '')}/api/v1/`;
    this.#headers = {
      accept: 'application/json',
      ...(auth && { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` }),
      ...(bearerToken && { authorization: `Bearer ${bearerToken}` }),
      ...headers,
    };
    this.#timeoutMs = timeoutMs;
    this.#maxBytes = maxResponseBytes;
  }

  /** The answer to a question put as a form, which may be as long as it likes. */
  post(ask: Ask): Promise<Reply> {
    return this.#ask(ask, (form) => fetchable(this.#base + ask.path, form));
  }

  /** The answer to a question put in the address. */
  get(ask: Ask): Promise<Reply> {
    return this.#ask(ask, (form) => ({ url: `${this.#base}${ask.path}?${form}` }));
  }

  async #ask(ask: Ask, request: (form: URLSearchParams) => Fetchable): Promise<Reply> {
    if (ask.signal?.aborted) throw new QueryCanceledError(ask.signal.reason);
    const timeoutMs = Math.min(ask.timeoutMs ?? Number.POSITIVE_INFINITY, this.#timeoutMs);
    if (timeoutMs <= 0) throw new QueryTimeoutError(timeoutMs);
    const late = AbortSignal.timeout(Math.ceil(timeoutMs));
    const signal = ask.signal === undefined ? late : AbortSignal.any([ask.signal, late]);
    const { url, init } = request(formOf(ask.parameters));
    try {
      const response = await fetch(url, { ...init, headers: this.#headers, signal, redirect: 'manual' });
      return this.#read(response.status, await this.#body(response), ask, timeoutMs);
    } catch (error) {
      if (error instanceof PromQLError) throw error;
      if (ask.signal?.aborted) throw new QueryCanceledError(ask.signal.reason);
      if (late.aborted) throw new QueryTimeoutError(timeoutMs);
      throw new QueryUnavailableError(`Prometheus at ${this.#base} cannot be reached: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  async #body(response: Response): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > this.#maxBytes) {
        const way = 'ask for less, or raise maxResponseBytes';
        throw new QueryUnavailableError(`the answer is larger than ${this.#maxBytes} bytes; ${way}`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  #read(status: number, body: string, ask: Ask, timeoutMs: number): Reply {
    const reply = jsonOf(body) as Partial<Reply & ErrorReply> | undefined;
    if (reply?.status === 'success') {
      return { data: reply.data, warnings: textsIn(reply.warnings), infos: textsIn(reply.infos) };
    }
    if (reply?.status === 'error') throw errorOfReply(reply as ErrorReply, ask.text ?? '', timeoutMs);
    const hint = status === 401 || status === 403 ? '; see basicAuth, bearerToken and headers' : '';
    throw new QueryUnavailableError(
      `${this.#base}${ask.path} answered ${status} and not as Prometheus does${hint}; is the address right?`,
    );
  }
}

interface Fetchable {
  readonly url: string;
  readonly init?: RequestInit;
}

function fetchable(url: string, body: URLSearchParams): Fetchable {
  return { url, init: { method: 'POST', body } };
}

function formOf(parameters: Ask['parameters']): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of value === undefined ? [] : [value].flat()) form.append(name, one);
  }
  return form;
}

function addressOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if ((url?.protocol === 'http:' || url?.protocol === 'https:') && isEncoded(url)) return url;
  const value = String(JSON.stringify(address)).replace(/\/\/[^/@\s]*@/g, '//…@');
  const allowed = "expected the address of a Prometheus, such as 'http://prometheus:9090'";
  throw new ConfigError([{ name: 'source', value, allowed }]);
}

/** Whether the user and the password can be read: a percent sign in them is written `%25`. */
function isEncoded(url: URL): boolean {
  try {
    userOf(url);
    return true;
  } catch {
    return false;
  }
}

function userOf({ username, password }: URL) {
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function textsIn(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.map(String) : [];
}

function jsonOf(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What `fetch` hides in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { code, message } = cause as { code?: string; message?: string };
  return String(code ?? message ?? cause);
}
