import { expect, it } from 'vitest';
import { replaceMethod, replaceProperty } from './replace-method.ts';

class Client {
  readonly host = 'here';
  query(text: string, _values?: readonly unknown[]): string {
    return `${this.host}: ${text}`;
  }
}

it('stands in for an inherited method of one object, with its name, arity and this', () => {
  const [client, other] = [new Client(), new Client()];
  const putBack = replaceMethod(
    client,
    'query',
    (query) =>
      function (this: Client, ...args) {
        return `seen ${query.apply(this, args)}`;
      },
  );
  expect([client.query('x'), other.query('x')]).toEqual(['seen here: x', 'here: x']);
  expect([client.query.name, client.query.length]).toEqual(['query', 2]);
  expect([Object.keys(client), { ...client }]).toEqual([['host'], { host: 'here' }]);
  putBack();
  expect(Object.hasOwn(client, 'query')).toBe(false);
});

it('puts back exactly what was there: a property that is seen, one that is not, an accessor', () => {
  const seen = { call: () => 1 };
  const unseen = Object.defineProperty({}, 'call', { value: () => 1, configurable: true });
  const accessor = Object.defineProperty({}, 'call', { get: () => () => 1, configurable: true });
  for (const target of [seen, unseen, accessor]) {
    const before = Object.getOwnPropertyDescriptor(target, 'call')!;
    const putBack = replaceMethod(target, 'call', () => () => 2);
    expect((target as typeof seen).call()).toBe(2);
    expect(Object.getOwnPropertyDescriptor(target, 'call')!.enumerable).toBe(before.enumerable);
    putBack();
    expect(Object.getOwnPropertyDescriptor(target, 'call')).toEqual(before);
  }
});

it('leaves what somebody has put on top', () => {
  const client = new Client();
  const putBack = replaceMethod(client, 'query', () => () => 'ours');
  const theirs = (): string => 'theirs';
  client.query = theirs;
  putBack();
  expect(client.query).toBe(theirs);
});

it('refuses what is no method', () => {
  expect(() => replaceMethod(new Client(), 'host', (host) => host)).toThrow(
    '[telltale] [integration] There is no method host to stand in for.',
  );
});

it('replaces a property that is no method, or is not there', () => {
  const options: { fetcher?: () => string } = {};
  const putBack = replaceProperty(options, 'fetcher', () => 'ours');
  expect([options.fetcher?.(), Object.keys(options)]).toEqual(['ours', []]);
  putBack();
  expect('fetcher' in options).toBe(false);
});
