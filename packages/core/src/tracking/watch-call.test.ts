import { describe, expect, it } from 'vitest';
import { asPlainPromise } from './watch-call.ts';

describe('a plain promise of what a call returned', () => {
  const settled = new Promise<number>((resolve) => resolve(1));
  class Query<T> extends Promise<T> {}

  it('is what it was where that is one, or where nobody waits for it', () => {
    const row = { id: 1 };
    expect([settled, row, undefined, null].map(asPlainPromise)).toEqual([settled, row, undefined, null]);
    expect(asPlainPromise(settled)).toBe(settled);
  });

  it('has the outcome of anything else with a then, and begins it', async () => {
    // biome-ignore lint/suspicious/noThenProperty: as a query builder has it
    const builder = { then: (resolve: (rows: string) => void) => resolve('rows') };
    expect(await asPlainPromise(builder)).toBe('rows');
    const cancellable = Object.assign(Promise.resolve(2), { cancel() {} });
    for (const each of [Query.resolve(2), cancellable]) {
      const plain = asPlainPromise(each);
      expect(Object.getPrototypeOf(plain)).toBe(Promise.prototype);
      expect(Reflect.ownKeys(plain)).toEqual([]);
      expect(await plain).toBe(2);
    }
    await expect(asPlainPromise(Query.reject(new Error('no')))).rejects.toThrow('no');
  });
});
