import type { Monitor } from '../monitor.ts';
import { slot } from '../slot.ts';
import { type CallEnd, watchCall } from './watch-call.ts';

// biome-ignore lint/suspicious/noExplicitAny: any function at all can be wrapped
type AnyFunction = (...args: any[]) => any;

/** Wraps a function, or decorates a method, by itself (`@trackTiming`) or by what it returns (`@trackTiming()`). */
export interface FunctionTracker {
  <F extends AnyFunction>(fn: F, options?: TrackFunctionOptions): F;
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F;
  (options?: TrackFunctionOptions): <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext) => F;
}

/** What is said of a function that is tracked. */
export interface TrackFunctionOptions {
  /** What the function is called in the metric. @default its own name */
  readonly name?: string;
  /** A metric of its own in place of the one that all functions share; it is made a valid name. */
  readonly metric?: string;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/** Called when a call begins; returns what is told of its end, or `undefined` where nobody needs to know. */
export type BeginCall = () => ((end: CallEnd) => void) | undefined;

/** Makes a tracker of what is done for one function. */
export function functionTracker(begin: (name: string, options: TrackFunctionOptions) => BeginCall): FunctionTracker {
  const wrap = <F extends AnyFunction>(fn: F, ownName: string, options: TrackFunctionOptions): F => {
    if (typeof fn !== 'function' || (options.monitor ?? slot.monitor)?.enabled === false) return fn;
    const beginCall = begin(options.name ?? (ownName || 'anonymous'), options);
    // A proxy is the function itself in all but the call: its arity, name, properties, and `new`.
    return new Proxy(fn, {
      apply(target, self, args) {
        const ended = beginCall();
        const call = () => Reflect.apply(target, self, args);
        return ended === undefined ? call() : watchCall(call, ended);
      },
    });
  };
  const track = (first?: AnyFunction | TrackFunctionOptions, second?: unknown): unknown => {
    if (typeof first === 'function') {
      return isDecoratorContext(second)
        ? wrap(first, String(second.name), {})
        : wrap(first, first.name, (second as TrackFunctionOptions | undefined) ?? {});
    }
    return (method: AnyFunction, context: ClassMethodDecoratorContext) =>
      wrap(method, String(context.name), first ?? {});
  };
  return track as FunctionTracker;
}

function isDecoratorContext(value: unknown): value is ClassMethodDecoratorContext {
  return typeof value === 'object' && value !== null && 'kind' in value && 'addInitializer' in value;
}
