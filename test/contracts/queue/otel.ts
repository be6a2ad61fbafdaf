import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  ROOT_CONTEXT,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';

/** What OpenTelemetry's context manager for Node does, in short. */
export class StoredContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...values: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    self?: ThisParameterType<F>,
    ...values: A
  ): ReturnType<F> {
    return this.#storage.run(context, () => fn.call(self as never, ...values));
  }

  bind<T>(_context: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

/** What its W3C propagator does, in short. */
export class TraceParent implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (span === undefined) return;
    setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-0${span.traceFlags}`);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const [, traceId, spanId, flags] = String(getter.get(carrier, 'traceparent')).split('-');
    if (traceId === undefined || spanId === undefined) return context;
    return trace.setSpanContext(context, { traceId, spanId, traceFlags: Number(flags), isRemote: true });
  }

  fields(): string[] {
    return ['traceparent'];
  }
}
