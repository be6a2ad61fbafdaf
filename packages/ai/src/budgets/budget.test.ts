import { resolveConfig } from '@telltale/core';
import { expect, it } from 'vitest';
import { aiOptions } from '../options.ts';
import { matcherOf } from './budget.ts';

const GOOD = { name: 'all', limitUsd: 10, per: 'day' };

it.each([
  [{}, 'a list of budgets'],
  [[{ ...GOOD, limitUsdd: 1 }], 'budgets[0] without "limitUsdd"; a budget has name, limitUsd'],
  [[GOOD, GOOD], 'budgets[1].name: another name'],
  [[{ ...GOOD, name: 'so {bad}' }], 'budgets[0].name'],
  [[{ ...GOOD, limitUsd: 0 }], 'budgets[0].limitUsd: US dollars above 0'],
  [[{ ...GOOD, limitUsd: '10' }], 'budgets[0].limitUsd'],
  [[{ ...GOOD, per: 'week' }], 'budgets[0].per: one of hour, day, month'],
  [[{ ...GOOD, onExceeded: 'stop' }], 'budgets[0].onExceeded: one of alert, warn, block'],
  [[{ ...GOOD, match: { modell: 'gpt' } }], 'budgets[0].match'],
  [[{ ...GOOD, match: { model: [] } }], 'budgets[0].match'],
  [[{ ...GOOD, warnAt: [80] }], 'budgets[0].warnAt'],
  [[{ ...GOOD, timeZone: 'Mars/Olympus' }], 'budgets[0].timeZone'],
])('refuses %o', (budgets, message) => {
  expect(() => resolveConfig(aiOptions, { budgets }, {})).toThrow(message);
});

it('refuses prices that cannot be meant', () => {
  expect(() => resolveConfig(aiOptions, { prices: { 'gpt-4o': { inputs: 2 } } }, {})).toThrow('prices = an object');
  expect(() => resolveConfig(aiOptions, { prices: { 'gpt-4o': { input: -2 } } }, {})).toThrow('prices = an object');
  expect(() => resolveConfig(aiOptions, { prices: { 'gpt-4o': {} } }, {})).toThrow('prices = an object');
});

it('matches calls by texts, lists of them, beginnings, and functions', () => {
  const call = {
    ...{ provider: 'openai', model: 'gpt-4o-mini', operation: 'chat' },
    ...{ service: 'orders', origin: '/orders/:id', attribution: undefined },
  };
  expect(matcherOf(undefined)(call)).toBe(true);
  expect(matcherOf({ provider: 'openai', model: ['o3', 'gpt-4o*'] })(call)).toBe(true);
  expect(matcherOf({ provider: 'openai', model: 'gpt-4o' })(call)).toBe(false);
  expect(matcherOf({ attribution: '*' })(call)).toBe(false);
  expect(matcherOf({ origin: '/orders*' })(call)).toBe(true);
  expect(matcherOf(({ model }) => model.startsWith('gpt'))(call)).toBe(true);
});
