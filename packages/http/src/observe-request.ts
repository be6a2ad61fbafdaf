import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Context,
  contextFromHeaders,
  currentContext,
  enterContext,
  type Monitor,
  type Operation,
  type Origin,
  writesDebug,
} from '@telltale/core';
import { echoes, echoIdentifiers, keepContext, type PendingHead } from './carry-context.ts';
import { CustomLabels } from './custom-labels.ts';
import type { EndedRequest } from './ended-request.ts';
import type { HttpConfig } from './options.ts';
import { isDisconnect, RequestErrors } from './request-errors.ts';
import { logRequest } from './request-log.ts';
import { RequestMetrics } from './request-metrics.ts';
import { endOperation, startOperation } from './request-operation.ts';
import { PathMask } from './request-path.ts';
import { watchRequestBody, watchResponse } from './watch-response.ts';

/** Stands for the route of a request that no route of the service took. */
export const UNMATCHED = 'unmatched';

/** nginx's code for a client that closed the connection. */
const CLIENT_CLOSED_REQUEST = 499;

/** Shared by all copies of Telltale in a process: the first that sees a request observes it. */
const OBSERVATION = Symbol.for('telltale.v1.observation');

type ObservedRequest = IncomingMessage & { [OBSERVATION]?: RequestObservation };

/** What is observed of a request, if anything. */
export function observationOf(request: IncomingMessage): RequestObservation | undefined {
  return (request as ObservedRequest)[OBSERVATION];
}

/** The template of the route that answered, where the integration has not set it by the end. */
export type RouteAfterwards = (request: IncomingMessage) => string | undefined;

/** Observes the requests of one server for one monitor: metrics, log lines, errors, operations. */
export class RequestObserver {
  readonly monitor: Monitor;
  readonly config: HttpConfig;
  readonly metrics: RequestMetrics;
  readonly customLabels: CustomLabels;
  readonly pathMask = new PathMask();
  readonly routeAfterwards: RouteAfterwards;
  readonly #ignored: ReadonlySet<string>;
  readonly #ignoredPrefixes: readonly string[];

  constructor(monitor: Monitor, config: HttpConfig, routeAfterwards: RouteAfterwards = () => undefined) {
    this.monitor = monitor;
    this.config = config;
    this.routeAfterwards = routeAfterwards;
    this.customLabels = new CustomLabels(monitor, config.labels);
    this.metrics = new RequestMetrics(monitor.instruments, {
      customLabels: this.customLabels.names,
      groupStatus: config.groupStatus,
      exemplars: monitor.config.exemplars,
    });
    this.#ignored = new Set(config.ignorePaths);
    this.#ignoredPrefixes = config.ignorePaths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
  }

  /**
   * Begins an observation, which ends by itself with the response; `undefined` if the request has one already. Headers
   * go to `head`, if given: where a framework hands them to `writeHead`, any on the response itself slow it down.
   */
  start(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    head?: PendingHead,
  ): RequestObservation | undefined {
    if (observationOf(request) !== undefined) return undefined;
    const observation = new RequestObservation(this, request, response, path);
    (request as ObservedRequest)[OBSERVATION] = observation;
    observation.begin(this.#isIgnored(path), head);
    return observation;
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
  /** The template of the route that runs or ran, as far as the integration knows it. */
  route: string | undefined;
  readonly #observer: RequestObserver;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #path: string;
  readonly #startedAt: number;
  #pendingHead = false;
  #headAt: number | undefined;
  #requestBytes = 0;
  #responseBytes = 0;
  #errors: RequestErrors | undefined;
  #operation: Operation | undefined;

  constructor(observer: RequestObserver, request: IncomingMessage, response: ServerResponse, path: string) {
    this.#observer = observer;
    this.#request = request;
    this.#response = response;
    this.#path = path;
    this.#startedAt = observer.monitor.config.clock.monotonic();
    this.context = contextFromHeaders(request.headers, this);
  }

  /** The route's template; `unmatched` where there is none. */
  get name(): string {
    const { monitor, routeAfterwards } = this.#observer;
    return this.route ?? monitor.errors.guard('http', () => routeAfterwards(this.#request), undefined) ?? UNMATCHED;
  }

  /** Begins to watch. What is ignored has its context and nothing else. */
  begin(ignored: boolean, head?: PendingHead): void {
    const { context } = this;
    const request = this.#request;
    const response = this.#response;
    const { monitor, metrics } = this.#observer;
    this.#pendingHead = head !== undefined && !ignored;
    echoIdentifiers(request, this.#pendingHead ? head! : response, context.correlationId);
    const length = request.headers['content-length'];
    const unknownLength = length === undefined && mayHaveBody(request);
    if (unknownLength || (length !== undefined && length !== '0')) keepContext(request, context);
    if (ignored) return;

    if (length !== undefined) this.#requestBytes = Number(length) || 0;
    else if (unknownLength) watchRequestBody(request, (count) => (this.#requestBytes += count));
    watchResponse(response, this);
    metrics.inFlight.inc();
    response.on('close', () => {
      // Node mostly calls this in the request's own context, and entering it again costs more than a look.
      if (currentContext() === context) this.#end();
      else enterContext(context, () => this.#end());
    });
    if (monitor.operations.active) this.#startOperation();
    if (writesDebug(monitor.logger)) this.#logStart();
  }

  /** Takes note of an error that left a handler. */
  noteError(error: unknown): void {
    (this.#errors ??= new RequestErrors()).note(error);
  }

  /** Takes a failure of Telltale's own, so that it goes no further. */
  reportFailure(error: unknown): void {
    this.#observer.monitor.errors.report('http', error);
  }

  onHead(headers: unknown): void {
    try {
      // The framework was passed by: a handler writes to the response itself.
      if (this.#pendingHead && !echoes(headers)) {
        echoIdentifiers(this.#request, this.#response, this.context.correlationId);
      }
      this.#headAt = this.#observer.monitor.config.clock.monotonic();
    } catch (error) {
      this.reportFailure(error);
    }
  }

  onBytes(count: number): void {
    this.#responseBytes += count;
  }

  #end(): void {
    const { monitor, metrics, config, customLabels } = this.#observer;
    const { errors, logger } = monitor;
    metrics.inFlight.dec();
    try {
      const ended = this.#summary();
      metrics.record(ended, customLabels.valuesOf(this.#request, this.#response));
      if (this.#operation !== undefined) endOperation(monitor, this.#operation, ended);
      const isStream = ended.durationMs >= config.slowRequestMs && isEventStream(this.#response);
      logRequest(logger, ended, isStream, config);
    } catch (error) {
      errors.report('http', error);
    }
  }

  #summary(): EndedRequest {
    const { monitor, pathMask } = this.#observer;
    const { method = '' } = this.#request;
    const response = this.#response;
    const durationMs = monitor.config.clock.monotonic() - this.#startedAt;
    const whole = isWhole(response);
    // A handler destroyed it with an error, as a failed stream does.
    const failed = !whole && response.errored && !isDisconnect(response.errored);
    if (failed) this.noteError(response.errored);
    const aborted = !whole && !failed;
    const status = whole ? response.statusCode : failed ? 500 : CLIENT_CLOSED_REQUEST;
    const bodiless = method === 'HEAD' || status === 204 || status === 304;
    const route = this.name;
    return {
      method,
      path: pathMask.shown(this.#path, route, monitor.masker.isSecretKey),
      route,
      status,
      aborted,
      durationMs,
      firstByteMs: this.#headAt === undefined ? undefined : this.#headAt - this.#startedAt,
      requestBytes: this.#requestBytes,
      responseBytes: bodiless ? 0 : this.#responseBytes,
      errors: this.#errors?.toArray(aborted) ?? [],
      context: this.context,
    };
  }

  #startOperation(): void {
    const { method = '' } = this.#request;
    this.#operation = startOperation(this.#observer.monitor, this.context, {
      method,
      name: () => this.name,
    });
  }

  #logStart(): void {
    const { method } = this.#request;
    const { monitor, pathMask } = this.#observer;
    const { logger, masker } = monitor;
    const path = pathMask.shown(this.#path, this.route ?? '', masker.isSecretKey);
    enterContext(this.context, () => logger.debug(`${method} ${path} began`, { event_type: 'request', method, path }));
  }
}

/** Whether a request without a length may have a body: it is chunked, or in HTTP/2 frames. */
function mayHaveBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || request.httpVersionMajor === 2;
}

/** Whether a response that is over was ended by its handler and taken by the connection. */
function isWhole(response: ServerResponse): boolean {
  // Over HTTP/2 a reset stream is finished as well; and Fastify's `inject` never drains the socket that it pretends.
  return response.writableEnded && (response.writableFinished || 'isLightMyRequest' in response);
}

function isEventStream(response: ServerResponse): boolean {
  const type = response.getHeader?.('content-type');
  return typeof type === 'string' && type.startsWith('text/event-stream');
}
