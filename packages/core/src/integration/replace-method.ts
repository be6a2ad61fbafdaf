import { TelltaleError } from '../errors.ts';

/** A method of any library. */
// biome-ignore lint/suspicious/noExplicitAny: methods of every shape are stood in for
export type AnyMethod = (this: any, ...args: any[]) => any;

/**
 * Puts a value in the place of a property of one object, seen by whoever lists its keys only if it was seen before. What
 * the object inherits stays as it is. Returns the function that takes it back, unless somebody has put another there
 * since.
 *
 * @throws {TypeError} for an object that is frozen.
 */
export function replaceProperty(target: object, name: PropertyKey, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if (Object.getOwnPropertyDescriptor(target, name)?.value !== value) return;
    if (before === undefined) delete (target as Record<PropertyKey, unknown>)[name];
    else Object.defineProperty(target, name, before);
  };
}

/**
 * The same for a method: `make` is given the one that the object has, its own or an inherited one, and makes the one
 * that stands in for it, which gets its name and arity.
 *
 * @throws {TelltaleError} where the object has no such method.
 *
 * @example
 * const putBack = replaceMethod(pool, 'query', (query) => function (...args) {
 *   count();
 *   return query.apply(this, args);
 * });
 */
export function replaceMethod<F extends AnyMethod = AnyMethod>(
  target: object,
  name: PropertyKey,
  make: (original: F) => F,
): () => void {
  const original = (target as Record<PropertyKey, unknown>)[name];
  if (typeof original !== 'function') {
    throw new TelltaleError('integration', `There is no method ${String(name)} to stand in for.`);
  }
  const own = make(original as F);
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(own, key, { value: original[key], configurable: true });
  }
  return replaceProperty(target, name, own);
}
