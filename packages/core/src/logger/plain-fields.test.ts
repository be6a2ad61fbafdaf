import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMasker } from '../masking/masker.ts';
import { Serialiser } from './serialiser.ts';

const serialiser = new Serialiser(createMasker(), new Set(['message']));

/** The same fields in an object that is not plain, which is written field by field. */
function slowly(object: object): string {
  return serialiser.fields('', Object.setPrototypeOf(withoutPrototypes(object), null));
}

function withoutPrototypes(value: unknown): object {
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, field] of Object.entries(value as object)) {
    const isObject = Object.prototype.toString.call(field) === '[object Object]';
    Object.defineProperty(copy, key, { value: isObject ? withoutPrototypes(field) : field, enumerable: true });
  }
  return copy;
}

const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('ann@example.com', 'GET', 'a "quoted" word', 'C1 \u0085 \u009b', 'line\u2028end', 'bearer abcdef123'),
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, -0, 1e21, 4111111111111111, null, undefined, true, false, 10n),
  fc.date(),
);
const key = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('password', 'card', 'number', 'value', 'name', 'toJSON', '__proto__', 'message', '7', 'a@b.example'),
);
const fields = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('object'), fc.array(leaf, { maxLength: 3 })),
  object: fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
})).object;

it('plain fields are written as they are field by field', () => {
  fc.assert(
    fc.property(fields, (object) => {
      expect(serialiser.fields('', object)).toBe(slowly(object));
    }),
    { numRuns: 3_000 },
  );
});

it('a getter is read once, and what it gave is judged', () => {
  let reads = 0;
  const object = {
    get note() {
      return reads++ === 0 ? 'nothing' : `mail ann${'@'}example.com`;
    },
  };
  expect([serialiser.fields('', object), reads]).toEqual([',"note":"nothing"', 1]);
});

it('a plain object in another is not changed', () => {
  const inner = Object.freeze({ n: 1 });
  const object = Object.freeze({ inner, text: 'x' });
  expect(serialiser.fields('', object)).toBe(',"inner":{"n":1},"text":"x"');
});

it('a circle, and depth beyond the bound, are left to the way field by field', () => {
  const circle: Record<string, unknown> = { n: 1 };
  circle.self = circle;
  expect(serialiser.fields('', circle)).toBe(',"n":1,"self":"[circular]"');
  let deep: object = { end: 1 };
  for (let i = 0; i < 12; i++) deep = { deep };
  expect(serialiser.fields('', deep)).toContain('"[object]"');
});

it('a toJSON that all objects have been given is heeded', () => {
  const prototype = Object.prototype as { toJSON?: () => unknown };
  prototype.toJSON = () => 'shown otherwise';
  try {
    expect(serialiser.fields('', { inner: { n: 1 } })).toBe(',"inner":"shown otherwise"');
  } finally {
    delete prototype.toJSON;
  }
});
