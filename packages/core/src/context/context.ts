import { AsyncLocalStorage } from 'node:async_hooks';
import { slot } from '../slot.ts';
import { formatBaggage, parseBaggage } from './baggage.ts';
import { acceptCorrelationId, newCorrelationId } from './correlation-id.ts';
import { acceptTraceState, formatTraceParent, parseTraceParent, type TraceParent } from './trace-context.ts';

/** What a unit of work was begun by. `name` may be a getter: a route is known only after the router has run. */
export interface Origin {
  readonly kind: 'http' | 'queue' | 'custom';
  /** The route template, or `queue/job`, or whatever the caller named it. Bounded: it becomes a label. */
  readonly name: string;
}

/** What a new context is made of; everything absent is inherited from the context around it. */
export interface ContextFields {
  readonly correlationId?: string | undefined;
  readonly trace?: TraceParent | undefined;
  readonly traceState?: string | undefined;
  readonly baggage?: ReadonlyMap<string, string> | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly origin?: Origin | undefined;
}

/**
 * What is known about the unit of work that runs now. One small object per request or job, carried by
 * `AsyncLocalStorage`; fields may be filled in while the work goes on (a user after sign-in, a span by tracing).
 */
export class Context {
  readonly correlationId: string;
  trace: TraceParent | undefined;
  traceState: string | undefined;
  userId: string | undefined;
  sessionId: string | undefined;
  readonly origin: Origin | undefined;
  #baggage: ReadonlyMap<string, string> | string | undefined;
  /** The context that the unit of work began with, where this one is within it. */
  readonly #root: Context | undefined;
  #figures: Record<string, number> | undefined;
  #states: Map<symbol, unknown> | undefined;

  constructor(
    correlationId: string,
    origin: Origin | undefined,
    trace: TraceParent | undefined,
    traceState: string | undefined,
    baggage: ReadonlyMap<string, string> | string | undefined,
    userId?: string,
    sessionId?: string,
    root?: Context,
  ) {
    this.correlationId = correlationId;
    this.trace = trace;
    this.traceState = traceState;
    this.userId = userId;
    this.sessionId = sessionId;
    this.origin = origin;
    this.#baggage = baggage;
    this.#root = root;
  }

  /** The context that the unit of work (the request, the job) began with: this one, or the one that it is within. */
  get root(): Context {
    return this.#root ?? this;
  }

  /**
   * Sums that the unit of work has come to so far, by the name that they have on its closing log line:
   * `ai_calls`, `ai_cost_usd`. `undefined` where nothing was added.
   */
  get figures(): Readonly<Record<string, number>> | undefined {
    return this.#root === undefined ? this.#figures : this.#root.figures;
  }

  /** Adds to one of the unit of work's figures. */
  addFigure(name: string, amount: number): void {
    if (this.#root !== undefined) {
      this.#root.addFigure(name, amount);
      return;
    }
    this.#figures ??= {};
    this.#figures[name] = (this.#figures[name] ?? 0) + amount;
  }

  /** What the unit of work has spent on model calls so far: calls, tokens in and out, US dollars. */
  get ai(): { readonly calls: number; readonly tokens: number; readonly costUsd: number } {
    const { ai_calls = 0, ai_tokens = 0, ai_cost_usd = 0 } = this.figures ?? {};
    return { calls: ai_calls, tokens: ai_tokens, costUsd: ai_cost_usd };
  }

  /** What an observer keeps for the unit of work, made when it is first asked for. */
  stateOf<T>(key: symbol, make: () => T): T {
    if (this.#root !== undefined) return this.#root.stateOf(key, make);
    this.#states ??= new Map();
    let state = this.#states.get(key) as T | undefined;
    if (state === undefined) this.#states.set(key, (state = make()));
    return state;
  }

  /** Values that travel with the request (W3C Baggage). A header is parsed when it is first asked for. */
  get baggage(): ReadonlyMap<string, string> {
    if (!(this.#baggage instanceof Map)) this.#baggage = parseBaggage(this.#baggage);
    return this.#baggage as ReadonlyMap<string, string>;
  }

  /** What is known, as plain values; the origin knows the whole request, which is nothing to write down. */
  toJSON(): object {
    const { correlationId, trace, userId, sessionId, origin } = this;
    return { correlationId, trace, userId, sessionId, origin: origin && { kind: origin.kind, name: origin.name } };
  }

  /** The headers that carry this context to another service. */
  headers(): Record<string, string> {
    const headers: Record<string, string> = { 'x-correlation-id': this.correlationId };
    if (this.trace !== undefined) headers.traceparent = formatTraceParent(this.trace);
    if (this.trace !== undefined && this.traceState !== undefined) headers.tracestate = this.traceState;
    const baggage = this.#baggage === undefined ? '' : formatBaggage(this.baggage);
    if (baggage !== '') headers.baggage = baggage;
    return headers;
  }
}

// An `instanceof` would fail between two installed copies, so the storage holds whichever copy's class ran first.
const storage: AsyncLocalStorage<Context> = (slot.storage ??= new AsyncLocalStorage<Context>({ name: 'telltale' }));

/** The context of the work that runs now, or `undefined` outside any. */
export function currentContext(): Context | undefined {
  return storage.getStore();
}

/** Runs `fn` in exactly this context and returns what it returns. */
export function enterContext<T>(context: Context, fn: () => T): T {
  return storage.run(context, fn);
}

/**
 * Runs `fn` in a context of its own: the fields given, over those of the context around it. Without a
 * correlation ID in either, a new one is made. A correlation ID that is not acceptable is replaced by a new one.
 *
 * @example
 * runWithContext({ correlationId: message.id, origin: { kind: 'custom', name: 'import' } }, () => importFile(path));
 */
export function runWithContext<T>(fields: ContextFields, fn: () => T): T {
  const parent = storage.getStore();
  const correlationId =
    fields.correlationId === undefined
      ? (parent?.correlationId ?? newCorrelationId())
      : (acceptCorrelationId(fields.correlationId) ?? newCorrelationId());
  const trace = 'trace' in fields ? fields.trace : parent?.trace;
  const context = new Context(
    correlationId,
    fields.origin ?? parent?.origin,
    trace,
    'trace' in fields || 'traceState' in fields ? fields.traceState : parent?.traceState,
    fields.baggage ?? parent?.baggage,
    fields.userId ?? parent?.userId,
    fields.sessionId ?? parent?.sessionId,
    fields.origin === undefined ? parent?.root : undefined,
  );
  return storage.run(context, fn);
}

/** Returns `fn` bound to the context that runs now, for callbacks that are called from elsewhere. */
export function bindContext<F extends (...args: never[]) => unknown>(fn: F): F {
  const restore = AsyncLocalStorage.snapshot();
  return new Proxy(fn, { apply: (target, self, args) => restore(() => Reflect.apply(target, self, args)) });
}

/**
 * Notes who the current unit of work is for; every log line after it carries `user_id` (and `session_id`).
 * Outside any context it does nothing.
 */
export function setUser(userId: string, sessionId?: string): void {
  const context = storage.getStore();
  if (context === undefined) return;
  context.userId = userId;
  if (sessionId !== undefined) context.sessionId = sessionId;
}

/** Headers by lower-case name, as Node gives them: repeated ones arrive as an array or joined by commas. */
export type InboundHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The context for work that arrived with these headers. `x-correlation-id`, then `x-request-id`, are used if they
 * are acceptable; a bad `traceparent` drops `tracestate` with it.
 */
export function contextFromHeaders(headers: InboundHeaders, origin: Origin | undefined): Context {
  const correlationId =
    acceptCorrelationId(headers['x-correlation-id']) ??
    acceptCorrelationId(headers['x-request-id']) ??
    newCorrelationId();
  const parent = headers.traceparent;
  const trace = parent === undefined ? undefined : parseTraceParent(parent);
  const traceState = trace === undefined ? undefined : acceptTraceState(joined(headers.tracestate));
  return new Context(correlationId, origin, trace, traceState, joined(headers.baggage));
}

function joined(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
