import { type Context, currentContext, enterContext } from '../context/context.ts';

/**
 * Runs `fn` in the context of whoever asked for the work, for replies arrive in whatever context the connection was made
 * in. Without one it runs in the context of now. Returns what `fn` returns.
 */
export function inContext<T>(context: Context | undefined, fn: () => T): T {
  return context === undefined || context === currentContext() ? fn() : enterContext(context, fn);
}
