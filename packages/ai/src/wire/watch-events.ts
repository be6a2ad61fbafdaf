import { isAbort } from '../is-abort.ts';

/** Who looks at events on their way. */
export interface EventWatch<T> {
  event(event: T): void;
  /** Once, however it ends. */
  end(how?: { readonly error?: unknown; readonly aborted?: boolean }): void;
}

/** The same events, watched; each is asked for when it is asked for. Whoever leaves early leaves the source too. */
export function watchEvents<T>(source: AsyncIterable<T>, watch: EventWatch<T>): AsyncIterable<T> {
  return new Proxy(source, {
    get(target, name) {
      if (name === Symbol.asyncIterator) return () => watchIterator(target[Symbol.asyncIterator](), watch);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function watchIterator<T>(iterator: AsyncIterator<T>, watch: EventWatch<T>): AsyncIterableIterator<T> {
  return {
    async next() {
      let result: IteratorResult<T>;
      try {
        result = await iterator.next();
      } catch (error) {
        watch.end(isAbort(error) ? { aborted: true } : { error });
        throw error;
      }
      if (result.done) watch.end();
      else watch.event(result.value);
      return result;
    },
    async return(value) {
      watch.end({ aborted: true });
      return iterator.return?.(value) ?? { done: true, value: value as T };
    },
    async throw(error) {
      watch.end({ error });
      if (iterator.throw) return iterator.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
