import { expect, it } from 'vitest';
import { isUnobserved, unobserved } from './unobserved.ts';

it('holds while the function runs, within another too, and not for what it leaves to later', async () => {
  const seen: boolean[] = [isUnobserved()];
  const later = unobserved(async () => {
    seen.push(isUnobserved());
    unobserved(() => {});
    seen.push(isUnobserved());
    await Promise.resolve();
    seen.push(isUnobserved());
  });
  seen.push(isUnobserved());
  await later;
  expect(seen).toEqual([false, true, true, false, false]);
});

it('ends where the function throws', () => {
  expect(() =>
    unobserved(() => {
      throw new RangeError('no');
    }),
  ).toThrow('no');
  expect(isUnobserved()).toBe(false);
});
