import { expect, it } from 'vitest';
import { errorCode } from './error-code.ts';

it('takes the code of the system, and else the class', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const many = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  const own = Object.assign(new RangeError('x'), { code: 'tenant-4711' });
  const throwing = Object.defineProperty(new TypeError('x'), 'code', {
    get() {
      throw new Error('no');
    },
  });
  expect([refused, many, own, throwing, undefined, null, 'text'].map(errorCode)).toEqual([
    'ECONNREFUSED',
    'ECONNREFUSED',
    'RangeError',
    'TypeError',
    'other',
    'other',
    'other',
  ]);
});
