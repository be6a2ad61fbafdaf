import type { IncomingMessage, ServerResponse } from 'node:http';
import { defaultMonitor, type Monitor } from '@telltale/core';
import type { QueryEngine } from '@telltale/promql';
import type { Patience, Question } from './answer.ts';
import { ApiError, errorOfEngine, timedOut } from './api-error.ts';
import { endpointOf } from './endpoints.ts';
import { type QueryApiOptions, resolveOptions } from './options.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { QueryQueue } from './query-queue.ts';
import { allowOrigin, respond, respondError, respondPlain } from './respond.ts';
import { duration } from './values.ts';

/** Pages that a server can be handed: whether they may be seen is for the server to decide. */
export interface ApiPages {
  /** Whether a path is one of the API's. */
  takes(method: string | undefined, path: string): boolean;
  /** Answers a request that `takes` said yes to. Rejects only where the answer could not be written. */
  answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
}

/**
 * Prometheus's HTTP API over an engine, so that Grafana, `promtool` and clients of Prometheus can ask a process what
 * it remembers. It decides neither who may ask nor on which port.
 *
 * @throws {ConfigError} naming every option that cannot be used.
 *
 * @example
 * const api = queryApi(engine);
 * createServer((request, response) => {
 *   const path = new URL(request.url, 'http://localhost').pathname;
 *   if (api.takes(request.method, path)) api.answer(request, response, path);
 * });
 */
export function queryApi(engine: QueryEngine, options: QueryApiOptions = {}): ApiPages {
  return new QueryApi(engine, options);
}

class QueryApi implements ApiPages {
  readonly #engine: QueryEngine;
  readonly #options: ReturnType<typeof resolveOptions>;
  readonly #given: QueryApiOptions;
  readonly #queue: QueryQueue;
  #startedAt: number | undefined;

  constructor(engine: QueryEngine, options: QueryApiOptions) {
    this.#engine = engine;
    this.#given = options;
    this.#options = resolveOptions(options);
    this.#queue = new QueryQueue(this.#options);
  }

  takes(_method: string | undefined, path: string): boolean {
    const { basePath } = this.#options;
    return path.startsWith(basePath) && (path.length === basePath.length || path[basePath.length] === '/');
  }

  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    allowOrigin(request, response, this.#options.corsOrigin);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const found = endpointOf(path.slice(this.#options.basePath.length + 1));
    if (found === undefined) return respondPlain(response, 404, '404 page not found');
    const { methods } = found.endpoint;
    if (!methods.some((method) => method === request.method)) {
      response.setHeader('allow', [...methods, 'OPTIONS'].sort().join(', '));
      return respondPlain(response, 405, 'Method Not Allowed');
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('the client went away')));
    try {
      const parameters = await readParameters(request, this.#options.maxFormBytes);
      const answer = await found.endpoint.answer(this.#question(parameters, found.subject, gone.signal));
      if (gone.signal.aborted) return;
      if (answer === undefined) response.writeHead(204).end();
      else await respond(request, response, answer, this.#options.timeoutMs);
    } catch (error) {
      if (!gone.signal.aborted) this.#fail(response, error);
    }
  }

  #question(parameters: Parameters, subject: string, signal: AbortSignal): Question {
    const { clock } = this.#monitor.config;
    this.#startedAt ??= clock.now();
    return {
      parameters,
      subject,
      engine: this.#engine,
      signal,
      now: clock.now(),
      startedAt: this.#startedAt,
      rules: this.#given.rules ?? (() => []),
      inTurn: (work, source = 'query') => this.#inTurn(parameters, signal, work, source),
    };
  }

  async #inTurn<T>(
    parameters: Parameters,
    gone: AbortSignal,
    work: (patience: Patience) => Promise<T>,
    source: string,
  ): Promise<T> {
    const asked = duration(parameters, 'timeout') ?? Number.POSITIVE_INFINITY;
    const timeoutMs = Math.min(asked, this.#options.timeoutMs);
    if (timeoutMs <= 0) throw timedOut(timeoutMs);
    const began = performance.now();
    const late = AbortSignal.timeout(Math.ceil(timeoutMs));
    try {
      return await this.#queue.run(
        () => {
          const waitedMs = performance.now() - began;
          return work({ signal: AbortSignal.any([gone, late]), timeoutMs: Math.ceil(timeoutMs - waitedMs), waitedMs });
        },
        gone,
        timeoutMs,
      );
    } catch (error) {
      if (late.aborted && !gone.aborted) throw timedOut(timeoutMs);
      throw errorOfEngine(error, source) ?? error;
    }
  }

  #fail(response: ServerResponse, error: unknown): void {
    const answered = error instanceof ApiError ? error : undefined;
    if (answered === undefined) this.#monitor.errors.report('query-api', error);
    if (response.headersSent) response.destroy();
    else respondError(response, answered ?? new ApiError('internal', 'the query failed inside Telltale; see its log'));
  }

  get #monitor(): Monitor {
    return this.#given.monitor ?? defaultMonitor();
  }
}
