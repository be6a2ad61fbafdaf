import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/contracts/cache/kit.ts';
import { cacheInstruments } from './cache-instruments.ts';
import { KeyGroups } from './key-groups.ts';
import type { PrefixOf } from './options.ts';

function groups(prefixOf?: PrefixOf, prefixLimit = 50, clientPrefix?: string): KeyGroups {
  const { monitor } = testMonitor();
  return new KeyGroups(monitor, 'redis', cacheInstruments(monitor), { prefixOf, prefixLimit }, clientPrefix);
}

it.each([
  ['user:1', 'user'],
  ['user-profile:1:x', 'user-profile'],
  ['v2.user:1', 'v2.user'],
  ['{user}:1', 'user'],
  ['{user:1}:cart', 'user'],
  ['user', 'other'],
  ['', 'other'],
  [':1', 'other'],
  ['4711:cart', 'other'],
  ['user4711:cart', 'other'],
  ['1f0e3c2a-8b7d-4e6f-9a5b-0c1d2e3f4a5b:cart', 'other'],
  ['deadbeef1:x', 'other'],
  ['ann@example.com:cart', 'other'],
  ['a b:c', 'other'],
  ['a1b2c3:x', 'other'],
  [`${'x'.repeat(41)}:1`, 'other'],
  ['émile:1', 'other'],
])('gives the key %j the prefix %s', (key, prefix) => {
  expect(groups().of(key).prefix).toBe(prefix);
});

it('looks behind the prefix of the client, where the key has it', () => {
  const shop = groups(undefined, 50, 'shop:');
  expect([shop.of('shop:user:1').prefix, shop.of('user:1').prefix]).toEqual(['user', 'user']);
});

it('holds what a function says to the same', () => {
  const byFunction = groups((key) => key);
  expect(['user', '4711', 'a b', ''].map((key) => byFunction.of(key).prefix)).toEqual([
    'user',
    'other',
    'other',
    'other',
  ]);
  expect(groups(() => 7 as never).of('user:1').prefix).toBe('other');
});

it('has no more prefixes than the limit, and keeps those it has', () => {
  const few = groups(undefined, 2);
  const seen = ['a:1', 'b:1', 'c:1', 'a:2', 'd:1'].map((key) => few.of(key).prefix);
  expect(seen).toEqual(['a', 'b', 'other', 'a', 'other']);
});

it('takes anything for a key', () => {
  const any = groups();
  for (const key of [undefined, null, {}, Symbol('s'), 12, Buffer.from(''), new Uint8Array([58])]) {
    expect(any.of(key).prefix).toBe('other');
  }
  expect(any.of(Buffer.from('user:1')).prefix).toBe('user');
});
