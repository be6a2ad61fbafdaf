import { expect, it } from 'vitest';
import { acceptUsage } from './accept-usage.ts';
import type { Usage } from './usage.ts';

it.each([
  [
    { inputTokens: -1, outputTokens: 5 },
    { inputTokens: 0, outputTokens: 5 },
  ],
  [
    { inputTokens: Number.NaN, outputTokens: Number.POSITIVE_INFINITY },
    { inputTokens: 0, outputTokens: 0 },
  ],
  [
    { inputTokens: 10.4, outputTokens: 0.6 },
    { inputTokens: 10, outputTokens: 1 },
  ],
  [
    { inputTokens: '12', outputTokens: null },
    { inputTokens: 0, outputTokens: 0 },
  ],
  [{ inputTokens: 10, outputTokens: 1, cachedInputTokens: 11 }, { cachedInputTokens: 10 }],
  [
    { inputTokens: 10, outputTokens: 1, cachedInputTokens: 8, cacheWriteTokens: 8, cacheWrite1hTokens: 8 },
    { cachedInputTokens: 8, cacheWriteTokens: 2, cacheWrite1hTokens: 2 },
  ],
  [{ inputTokens: 10, outputTokens: 5, reasoningTokens: 9 }, { reasoningTokens: 5 }],
  [{ inputTokens: 0, outputTokens: 0, audioSeconds: -3 }, { audioSeconds: 0 }],
  [{ inputTokens: 0, outputTokens: 0, serverToolCalls: { web_search: -2 } }, { serverToolCalls: { web_search: 0 } }],
])('counts %o as %o, and says so', (given, expected) => {
  const { usage, corrected } = acceptUsage(given as unknown as Usage);
  expect(usage).toMatchObject(expected);
  expect(corrected).toBe(true);
});

it.each([
  [
    { inputTokens: 10, outputTokens: 5, cachedInputTokens: null, serviceTier: null, serverToolCalls: null },
    { inputTokens: 10, outputTokens: 5 },
  ],
  [
    { inputTokens: 10, outputTokens: 5, cacheWrite1hTokens: 8 },
    { inputTokens: 10, outputTokens: 5, cacheWriteTokens: 8, cacheWrite1hTokens: 8 },
  ],
])('takes %o for %o, which is no mistake', (given, usage) => {
  expect(acceptUsage(given as unknown as Usage)).toEqual({ usage, corrected: false });
});

it('leaves out a tier that is no text', () => {
  const given = { inputTokens: 10, outputTokens: 5, serviceTier: 7 } as unknown as Usage;
  expect(acceptUsage(given)).toMatchObject({ usage: { serviceTier: undefined }, corrected: true });
});

it('leaves a usage alone that is as it should be', () => {
  const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, cacheWriteTokens: 6, audioSeconds: 1.5 };
  expect(acceptUsage(usage)).toEqual({ usage, corrected: false });
  expect(acceptUsage(usage).usage).toBe(usage);
});
