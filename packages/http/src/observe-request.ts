import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  acceptCorrelationId,
  type Context,
  contextFromHeaders,
  type ExemplarLabels,
  enterContext,
  type Monitor,
  type Operation,
  type Origin,
} from '@telltale/core';
import { boundedLabel, errorType, methodLabel } from './bounded-label.ts';
import { watchRequestBody, watchResponse } from './observed-response.ts';
import type { HttpConfig } from './options.ts';
import { RequestMetrics } from './request-metrics.ts';

/** Stands for the route of a request that no route of the service took. */
export const UNMATCHED = 'unmatched';

/** What a server integration knows of its requests. */
export interface ServerAdapter {
  /** The template of the route that answered this request, or `undefined` if none did. Asked at the end. */
  routeOf(request: IncomingMessage, observation: RequestObservation): string | undefined;
}

/** Status codes as label values, so that none is made twice. */
const STATUS_TEXTS = Array.from({ length: 1000 }, (_, status) => String(status));
const STATUS_GROUPS = Array.from({ length: 1000 }, (_, status) => `${Math.floor(status / 100)}xx`);

/** nginx's code for a client that closed the connection. */
const CLIENT_CLOSED_REQUEST = 499;

/** Observes the requests of one server for one monitor: metrics, access log, errors, operations. */
export class RequestObserver {
  readonly monitor: Monitor;
  readonly config: HttpConfig;
  readonly metrics: RequestMetrics;
  readonly adapter: ServerAdapter;
  readonly #ignored: ReadonlySet<string>;
  readonly #ignoredPrefixes: readonly string[];
  readonly #custom: readonly (readonly [HttpConfig['labels'][string], (value: string) => string])[];

  constructor(monitor: Monitor, config: HttpConfig, adapter: ServerAdapter) {
    this.monitor = monitor;
    this.config = config;
    this.adapter = adapter;
    this.metrics = new RequestMetrics(monitor.instruments, Object.keys(config.labels));
    this.#ignored = new Set(config.ignorePaths);
    this.#ignoredPrefixes = config.ignorePaths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
    this.#custom = Object.values(config.labels).map((read) => [read, boundedLabel()] as const);
  }

  /** Begins the observation of a request; it ends by itself with the response. */
  start(request: IncomingMessage, response: ServerResponse, url = request.url ?? '/'): RequestObservation {
    const observation = new RequestObservation(this, request, response, url);
    observation.begin(this.#isIgnored(observation.path));
    return observation;
  }

  customLabels(request: IncomingMessage, response: ServerResponse): readonly string[] {
    return this.#custom.map(([read, bound]) =>
      this.monitor.errors.guard(
        'http',
        () => {
          const value = read(request, response);
          return value === undefined || value === null ? '' : bound(String(value).slice(0, 128));
        },
        '',
      ),
    );
  }

  #isIgnored(path: string): boolean {
    if (this.#ignored.size === 0) return false;
    return this.#ignored.has(path) || this.#ignoredPrefixes.some((prefix) => path.startsWith(prefix));
  }
}

/** One request from its arrival to the end of its response, and the origin of everything done for it. */
export class RequestObservation implements Origin {
  readonly kind = 'http';
  readonly context: Context;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path without its query. */
  readonly path: string;
  /** The template of the route that runs or ran, as far as the integration knows it. */
  route: string | undefined;
  readonly #observer: RequestObserver;
  readonly #startedAt: number;
  #headAt: number | undefined;
  #requestBytes = 0;
  #responseBytes = 0;
  #errors: unknown[] | undefined;
  #operation: Operation | undefined;

  constructor(observer: RequestObserver, request: IncomingMessage, response: ServerResponse, url: string) {
    this.#observer = observer;
    this.request = request;
    this.response = response;
    const query = url.indexOf('?');
    this.path = query < 0 ? url : url.slice(0, query);
    this.#startedAt = observer.monitor.config.clock.monotonic();
    this.context = contextFromHeaders(request.headers, this);
  }

  /** The route's template; `unmatched` where there is none. */
  get name(): string {
    return this.route ?? this.#observer.adapter.routeOf(this.request, this) ?? UNMATCHED;
  }

  begin(ignored: boolean): void {
    const { request, response, context } = this;
    const { monitor, metrics } = this.#observer;
    echoIdentifiers(request, response, context.correlationId);
    const length = request.headers['content-length'];
    const chunked = length === undefined && request.headers['transfer-encoding'] !== undefined;
    if (chunked || (length !== undefined && length !== '0')) keepContext(request, context);
    if (ignored) return;

    if (length !== undefined) this.#requestBytes = Number(length) || 0;
    else if (chunked) watchRequestBody(request, (count) => (this.#requestBytes += count));
    watchResponse(response, this);
    metrics.inFlight.inc();
    if (monitor.operations.active) this.#startOperation();
    if (monitor.logger.isLevelEnabled('debug')) this.#logStart();
    response.on('close', () => enterContext(context, () => this.#end()));
  }

  /** Takes note of an error that left a handler; the same one counts once however often it is passed on. */
  noteError(error: unknown): void {
    this.#errors ??= [];
    if (!this.#errors.includes(error)) this.#errors.push(error);
  }

  onHead(): void {
    this.#headAt = this.#observer.monitor.config.clock.monotonic();
  }

  onBytes(count: number): void {
    this.#responseBytes += count;
  }

  #end(): void {
    const { monitor, metrics } = this.#observer;
    metrics.inFlight.dec();
    try {
      this.#record();
    } catch (error) {
      monitor.errors.report('http', error);
    }
  }

  #record(): void {
    const observer = this.#observer;
    const { monitor, metrics, config } = observer;
    const { request, response, context } = this;
    const durationMs = monitor.config.clock.monotonic() - this.#startedAt;
    const finished = response.writableFinished ?? response.writableEnded;
    const status = finished ? response.statusCode : CLIENT_CLOSED_REQUEST;
    const method = methodLabel(request.method);
    const route = this.name;
    const custom = observer.customLabels(request, response);
    if (request.method === 'HEAD' || status === 204 || status === 304) this.#responseBytes = 0;
    // A response that a handler destroyed with an error, as a failed stream pipeline does.
    if (!finished && response.errored && !isDisconnect(response.errored)) this.noteError(response.errored);

    metrics.record({
      method,
      route,
      status: (config.groupStatus ? STATUS_GROUPS : STATUS_TEXTS)[status] ?? 'other',
      custom,
      duration: durationMs / 1000,
      firstByte: this.#headAt === undefined ? undefined : (this.#headAt - this.#startedAt) / 1000,
      requestSize: this.#requestBytes,
      responseSize: this.#responseBytes,
      exemplar: monitor.config.exemplars ? exemplarOf(context) : undefined,
    });
    if (!finished) metrics.aborted(method, route, custom);
    for (const error of this.#errors ?? []) metrics.exception(method, route, errorType(error), custom);
    this.#log(route, status, durationMs, finished);
    if (this.#operation !== undefined) this.#endOperation(status, durationMs, finished);
  }

  #log(route: string, status: number, durationMs: number, finished: boolean): void {
    const { monitor, config } = this.#observer;
    const { logger } = monitor;
    const { request, path } = this;
    const { method } = request;
    const duration = Math.round(durationMs * 100) / 100;

    for (const error of this.#errors ?? []) {
      logger[status >= 500 || !finished ? 'error' : 'warning'](`${method} ${route} failed`, {
        event_type: 'error',
        method,
        path,
        route,
        status_code: status,
        error,
      });
    }
    const streamedEvents = this.#isEventStream();
    const waited = streamedEvents && this.#headAt !== undefined ? this.#headAt - this.#startedAt : durationMs;
    if (waited >= config.slowRequestMs) {
      logger.warning(`${method} ${route} was slow`, {
        event_type: 'performance',
        method,
        path,
        route,
        status_code: status,
        duration_ms: duration,
        threshold_ms: config.slowRequestMs,
      });
    }
    if (!config.accessLog) return;
    logger[status >= 500 ? 'error' : status >= 400 && finished ? 'warning' : 'info'](`${method} ${path} ${status}`, {
      event_type: 'response',
      method,
      path,
      route,
      status_code: status,
      duration_ms: duration,
      request_size_bytes: this.#requestBytes,
      response_size_bytes: this.#responseBytes,
      aborted: finished ? undefined : true,
    });
  }

  #logStart(): void {
    const { method } = this.request;
    enterContext(this.context, () =>
      this.#observer.monitor.logger.debug(`${method} ${this.path} began`, {
        event_type: 'request',
        method,
        path: this.path,
      }),
    );
  }

  #isEventStream(): boolean {
    const type = this.response.getHeader?.('content-type');
    return typeof type === 'string' && type.startsWith('text/event-stream');
  }

  #startOperation(): void {
    const observation = this;
    const { config, operations } = this.#observer.monitor;
    this.#operation = {
      kind: 'http',
      get name() {
        return observation.name;
      },
      context: this.context,
      startedAt: config.clock.now(),
      attributes: { method: this.request.method, path: this.path },
    };
    operations.start(this.#operation);
  }

  #endOperation(status: number, durationMs: number, finished: boolean): void {
    const operation = this.#operation!;
    const [error] = this.#errors ?? [];
    operation.durationMs = durationMs;
    operation.outcome = !finished ? 'aborted' : status >= 500 ? 'error' : 'ok';
    if (error !== undefined) operation.error = error;
    operation.attributes.status_code = status;
    operation.attributes.request_size_bytes = this.#requestBytes;
    operation.attributes.response_size_bytes = this.#responseBytes;
    this.#observer.monitor.operations.end(operation);
  }
}

/** Answers with the correlation ID, unless something before us has already put its own there. */
function echoIdentifiers(request: IncomingMessage, response: ServerResponse, correlationId: string): void {
  if (response.headersSent) return;
  if (!response.hasHeader('x-correlation-id')) response.setHeader('x-correlation-id', correlationId);
  const requestId = request.headers['x-request-id'];
  if (requestId !== undefined && !response.hasHeader('x-request-id')) {
    response.setHeader('x-request-id', acceptCorrelationId(requestId) ?? correlationId);
  }
}

/**
 * Makes a body's `data` and `end` listeners run in the request's context. They are called by the parser, which knows
 * nothing of it, and what a body parser does next happens in them.
 */
function keepContext(request: IncomingMessage, context: Context): void {
  const { emit } = request;
  request.emit = function (this: IncomingMessage, ...args: Parameters<typeof emit>) {
    return enterContext(context, () => emit.apply(this, args));
  } as typeof emit;
}

function exemplarOf({ trace, correlationId }: Context): ExemplarLabels {
  return trace === undefined ? { correlation_id: correlationId } : { trace_id: trace.traceId };
}

/** The errors by which Node says that the other side hung up. */
function isDisconnect(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
