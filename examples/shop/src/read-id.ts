import { Problem } from './problem.ts';

/**
 * A number from an address.
 *
 * @throws {Problem} 400 when it is none that a row could have.
 */
export function readId(text: unknown, name = 'id'): number {
  const id = typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (id < 1 || id > 2_147_483_647) throw new Problem(400, `${name} must be a whole number above 0`);
  return id;
}
