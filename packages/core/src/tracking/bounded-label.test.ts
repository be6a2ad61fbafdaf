import { expect, it } from 'vitest';
import { boundedLabel } from './bounded-label.ts';

it('lets the first names through, again and again, and calls the rest other', () => {
  const label = boundedLabel(2);
  expect(['other', 'a', 'b', 'c', 'a', 'b', ''].map(label)).toEqual(['other', 'a', 'b', 'other', 'a', 'b', 'other']);
  const hundred = boundedLabel();
  const labels = new Set(Array.from({ length: 500 }, (_, i) => hundred(`name-${i}`)));
  expect(labels.size).toBe(101);
});

it('takes neither what is no text nor what is too long for a name', () => {
  const label = boundedLabel();
  expect([7, undefined, {}, 'x'.repeat(129), 'x'.repeat(128)].map(label)).toEqual([
    ...['other', 'other', 'other', 'other'],
    'x'.repeat(128),
  ]);
});
