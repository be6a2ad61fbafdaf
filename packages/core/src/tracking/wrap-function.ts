import type { Monitor } from '../monitor.ts';
import { slot } from '../slot.ts';
import { type CallEnd, watchCall } from './watch-call.ts';

// biome-ignore lint/suspicious/noExplicitAny: any function at all can be wrapped
export type AnyFunction = (...args: any[]) => any;

/** Wraps a function, or decorates a method with itself (`@trackTiming`) or with what it returns (`@trackTiming()`). */
export interface FunctionTracker<Options> {
  <F extends AnyFunction>(fn: F, options?: Options): F;
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F;
  (options?: Options): <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext) => F;
}

/** What every tracker of functions is told. */
export interface TrackFunctionOptions {
  /** What the function is called in the metric. @default its own name */
  readonly name?: string;
  /** A metric of its own, in place of the one that all functions share; made a valid name. */
  readonly metric?: string;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/** Begins one call: returns what is told of its end, or `undefined` where nobody needs to know. */
export type BeginCall = (name: string) => ((end: CallEnd) => void) | undefined;

/** Builds a tracker out of what it does with one call. */
export function functionTracker<Options extends TrackFunctionOptions>(
  begin: (options: Options) => BeginCall,
): FunctionTracker<Options> {
  const wrap = <F extends AnyFunction>(fn: F, options: Options, ownName: string): F => {
    const monitor = options.monitor ?? slot.monitor;
    // A method decorator may be put on what is no function; and what is known to be off needs no wrapper.
    if (typeof fn !== 'function' || monitor?.enabled === false) return fn;
    const name = options.name ?? (ownName || 'anonymous');
    const beginCall = begin(options);
    return new Proxy(fn, {
      apply(target, self, args) {
        const ended = beginCall(name);
        const call = () => Reflect.apply(target, self, args);
        return ended === undefined ? call() : watchCall(call, ended);
      },
    });
  };
  const track = (first?: AnyFunction | Options, second?: Options | ClassMethodDecoratorContext): unknown => {
    if (isContext(second)) return wrap(first as AnyFunction, {} as Options, String(second.name));
    if (typeof first === 'function') return wrap(first, second ?? ({} as Options), first.name);
    return (method: AnyFunction, context: ClassMethodDecoratorContext) =>
      wrap(method, first ?? ({} as Options), String(context.name));
  };
  return track as FunctionTracker<Options>;
}

function isContext(value: unknown): value is ClassMethodDecoratorContext {
  return typeof value === 'object' && value !== null && 'kind' in value && 'access' in value;
}
