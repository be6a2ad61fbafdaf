/** Settles with what the next such event comes with. Node's `once` would reject with any error that comes before it. */
export function heard(emitter: { once(event: never, listener: never): unknown }, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    emitter.once(event as never, ((...values: unknown[]) => resolve(values)) as never);
  });
}
