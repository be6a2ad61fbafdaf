import { expect, it } from 'vitest';
import { redisErrorCode } from './redis-error-code.ts';

class MaxRetriesPerRequestError extends Error {}
class ReplyError extends Error {}

it.each([
  [new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value'), 'WRONGTYPE'],
  [new ReplyError('NOAUTH Authentication required.'), 'NOAUTH'],
  [new ReplyError('ANN1234 said by a script'), 'other'],
  [new Error('Connection is closed.'), 'CONNECTION_CLOSED'],
  [new Error('Command timed out'), 'TIMEOUT'],
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [Object.assign(new Error('x'), { code: 'ann@example.com' }), 'other'],
  [new MaxRetriesPerRequestError('Reached the max retries'), 'MaxRetriesPerRequestError'],
  [new Error('constructor'), 'other'],
  ['ERR as a text', 'other'],
  [undefined, 'other'],
  [null, 'other'],
])('calls %s %s', (error, code) => {
  expect(redisErrorCode(error)).toBe(code);
});

it('does not throw on an error that does', () => {
  const trap = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('trapped');
    },
  });
  expect(redisErrorCode(trap)).toBe('other');
});
