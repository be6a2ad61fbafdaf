import { expect, it } from 'vitest';
import { rememberLooks } from './recent-looks.ts';

const text = 'GET /orders/:id as logged a thousand times';

it('looks once at a text that comes again', () => {
  let looks = 0;
  const look = rememberLooks(
    () => ++looks,
    () => true,
  );
  expect([look(text), look(`${text.slice(0, 10)}${text.slice(10)}`), look(text)]).toEqual([1, 1, 1]);
});

it('does not keep a text with something in it', () => {
  let looks = 0;
  const look = rememberLooks(
    () => ++looks,
    () => false,
  );
  expect([look(text), look(text)]).toEqual([1, 2]);
});

it('never takes one text for another', () => {
  const look = rememberLooks(
    (seen) => seen.length * 1000 + seen.charCodeAt(12),
    () => true,
  );
  for (let i = 0; i < 5_000; i++) {
    const other = `${text.slice(0, 12)}${String.fromCharCode(65 + (i % 60))}${text.slice(12, 30 + (i % 7))}`;
    expect(look(other)).toBe(other.length * 1000 + other.charCodeAt(12));
  }
});
