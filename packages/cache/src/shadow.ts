// biome-ignore lint/suspicious/noExplicitAny: methods of any library
export type Method = (this: any, ...args: any[]) => any;

/**
 * Puts a method of the instance's own over the one it has, with the same name and arity, out of sight of whoever lists
 * its properties. Returns the function that takes it away again, unless somebody has put another over it since.
 */
export function shadow(instance: object, name: string, make: (original: Method) => Method): () => void {
  const target = instance as Record<string, Method>;
  const original = target[name]!;
  const before = Object.getOwnPropertyDescriptor(instance, name);
  const own = make(original);
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(own, key, { value: original[key], configurable: true });
  }
  Object.defineProperty(instance, name, {
    value: own,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if (target[name] !== own) return;
    if (before === undefined) delete target[name];
    else Object.defineProperty(instance, name, before);
  };
}
