// biome-ignore lint/suspicious/noExplicitAny: methods of every shape are stood in for
export type AnyMethod = (this: any, ...args: any[]) => any;

/**
 * Puts a method of one object in place of the one that it has, which `make` is given. Arity, name and what a loop over
 * the object shows stay as they were. Returns the function that takes it back, unless somebody has put another on top.
 */
export function replaceMethod(target: object, name: string, make: (original: AnyMethod) => AnyMethod): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const original = (target as Record<string, AnyMethod>)[name]!;
  const replacement = make(original);
  Object.defineProperty(replacement, 'name', { value: original.name, configurable: true });
  Object.defineProperty(replacement, 'length', { value: original.length, configurable: true });
  Object.defineProperty(target, name, {
    value: replacement,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if ((target as Record<string, unknown>)[name] !== replacement) return;
    if (before === undefined) delete (target as Record<string, unknown>)[name];
    else Object.defineProperty(target, name, before);
  };
}
