import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker } from './masker.ts';

const masker = createMasker({ enable: ['phone'], keys: ['**.deep.note', 'a.*.b'], allow: ['shown'] });
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withTypedArray: true,
  withSparseArray: true,
});
const show = (value: unknown) => inspect(value, { depth: 12, showHidden: true, maxStringLength: null });

const body = fc.string({ minLength: 36, maxLength: 36, unit: fc.constantFrom(...'ABCDEFGHabcdefgh0123456789') });
const secret = fc.oneof(
  body.map((text) => ['gh', 'p_', text].join('')),
  body.map((text) => ['sk', '_live_', text].join('')),
  body.map((text) => ['xox', 'b-123456789012-', text].join('')),
);
const around = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '"',
    "'",
    '\n',
    '\\n',
    '=',
    ': ',
    '(',
    '<',
    '&',
    '?q=',
    '/',
    ',',
    '{',
    '[',
    '|',
    '\t',
    '`',
    '@',
    '%20',
  ),
);

describe('whatever it is given', () => {
  it('never throws and never changes its input', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const before = show(value);
        masker.mask(value);
        expect(show(value)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws on a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const once = masker.maskText(text);
        expect(typeof once).toBe('string');
      }),
      { numRuns: 1_000 },
    );
  });

  it('hides a planted secret in any surroundings', () => {
    fc.assert(
      fc.property(secret, around, around, fc.string(), fc.string(), (planted, before, after, head, tail) => {
        // A letter or digit that touches the secret would make it another word.
        const text = `${head} ${before}${planted}${after} ${tail}`;
        expect(masker.maskText(text)).not.toContain(planted);
      }),
      { numRuns: 2_000 },
    );
  });

  it('hides a planted secret anywhere in a value', () => {
    fc.assert(
      fc.property(
        secret,
        fc.letrec((tie) => ({
          tree: fc.oneof(
            { maxDepth: 5 },
            fc.constant('\u0000'),
            fc.array(tie('tree'), { maxLength: 3, minLength: 1 }),
            fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
          ),
        })).tree,
        (planted, tree) => {
          const value = JSON.parse(JSON.stringify(tree).replaceAll('\\u0000', planted));
          expect(show(masker.mask(value))).not.toContain(planted);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps values without secrets as they are', () => {
    const plain = fc.object({
      values: [
        fc.integer({ min: -1000, max: 1000 }),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom('paid', 'open', 'GET', '/orders/:id'),
      ],
      key: fc.constantFrom('id', 'state', 'total', 'route', 'list'),
    });
    fc.assert(
      fc.property(plain, (value) => {
        expect(isDeepStrictEqual(masker.mask(value), value)).toBe(true);
      }),
    );
  });
});
