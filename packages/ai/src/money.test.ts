import { Decimal } from 'decimal.js';
import { expect, it } from 'vitest';
import { Seeded } from '../../../test/seeded.ts';
import { testMonitor } from '../../../test/test-monitor.ts';
import { MoneySeries } from './money.ts';
import { aiObserver } from './observe-ai-call.ts';
import { PriceBook } from './pricing/price-book.ts';

it('adds up a million calls as decimal arithmetic does, to a millionth of a dollar', () => {
  const { monitor } = testMonitor();
  const counter = monitor.instruments.counter({ name: 'spend_usd_total', help: 'Spend.' });
  const money = new MoneySeries(counter.labels());
  const book = new PriceBook(
    {},
    () => Date.UTC(2026, 10, 22),
    () => {},
  );
  const random = new Seeded(1);
  Decimal.set({ precision: 40 });
  // gpt-4o-mini: 0.15, 0.075 from the cache and 0.6 US dollars for a million tokens.
  let fresh = 0;
  let cached = 0;
  let output = 0;
  for (let i = 0; i < 1_000_000; i++) {
    const inputTokens = Math.floor(random.next() * 100_000);
    const cachedInputTokens = Math.floor(random.next() * inputTokens);
    const outputTokens = Math.floor(random.next() * 10_000);
    const price = book.price('openai', 'gpt-4o-mini', { inputTokens, cachedInputTokens, outputTokens });
    money.add((price as { costUsd: number }).costUsd);
    fresh += inputTokens - cachedInputTokens;
    cached += cachedInputTokens;
    output += outputTokens;
  }
  const exact = new Decimal(fresh)
    .times('0.15')
    .plus(new Decimal(cached).times('0.075'))
    .plus(new Decimal(output).times('0.6'))
    .div(1e6);
  expect(exact.toNumber()).toBeGreaterThan(5_000);
  expect(exact.minus(counter.labels().value).abs().lessThan(1e-6)).toBe(true);
});

it('goes on from where a series is that others count in too, or that was dropped', () => {
  const { monitor } = testMonitor();
  const counter = monitor.instruments.counter({ name: 'spend_usd_total', help: 'Spend.' });
  const money = new MoneySeries(counter.labels());
  money.add(0.1);
  counter.inc(1);
  money.add(0.2);
  expect(counter.labels().value).toBe(1.3);
  counter.reset();
  money.add(0.1);
  expect(counter.labels().value).toBe(0.1);
});

it('shows sums without the digits that binary fractions add', async () => {
  const { monitor, scrape } = testMonitor();
  for (let i = 0; i < 1_000; i++) {
    const call = await aiObserver(monitor).begin({ provider: 'openai', model: 'gpt-4o', operation: 'chat' });
    call.end({ usage: { inputTokens: 1, outputTokens: 1 } });
  }
  expect(await scrape('ai_cost_usd_total')).toMatch(/ 0\.0125$/);
});
