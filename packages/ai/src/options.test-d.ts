import { type Monitor, resolveConfig } from '@telltale/core';
import { type AIOptions, aiOptions, configureAI } from './index.ts';

const budget = { name: 'all', limitUsd: 10, per: 'day' } as const;

export const good: AIOptions = {
  prices: { 'acme/model': { input: 1, output: 2, tiers: { batch: 0.5 } }, free: { free: true } },
  budgets: [
    { ...budget, match: { model: ['a', 'b*'] }, onExceeded: 'block' },
    { ...budget, match: ({ origin }) => origin === '/' },
  ],
  attributeTo: (context, { model }) => context?.userId ?? model,
};

// @ts-expect-error: no such period
export const period: AIOptions = { budgets: [{ ...budget, per: 'week' }] };
// @ts-expect-error: no such price
export const price: AIOptions = { prices: { model: { inputs: 1 } } };
// @ts-expect-error: a function
export const attribute: AIOptions = { attributeTo: 'tenant' };
// @ts-expect-error: no such property to match by
export const match: AIOptions = { budgets: [{ ...budget, match: { modell: 'a' } }] };

export function wire(monitor: Monitor): void {
  configureAI(monitor, resolveConfig(aiOptions, good));
}
