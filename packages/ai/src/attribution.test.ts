import { resolveConfig, runWithContext } from '@telltale/core';
import { expect, it } from 'vitest';
import { Seeded } from '../../../test/seeded.ts';
import { testMonitor } from '../../../test/test-monitor.ts';
import { Attribution } from './attribution.ts';
import { aiObserver, configureAI } from './observe-ai-call.ts';
import { aiOptions } from './options.ts';

it("attributes a call's cost by the user's function, in the metrics and in the log", async () => {
  const { monitor, scrape, log } = testMonitor();
  const attributeTo = (context: { userId: string | undefined } | undefined) => context?.userId;
  configureAI(monitor, resolveConfig(aiOptions, { attributeTo }));
  for (const userId of ['acme', 'globex', undefined]) {
    await runWithContext({ userId }, async () => {
      const call = await aiObserver(monitor).begin({ provider: 'openai', model: 'gpt-4o', operation: 'chat' });
      call.end({ usage: { inputTokens: 0, outputTokens: 1_000 } });
    });
  }
  expect((await scrape('ai_cost_by_attribution_usd_total')).split('\n').sort()).toEqual([
    'ai_cost_by_attribution_usd_total{attribution="acme"} 0.01',
    'ai_cost_by_attribution_usd_total{attribution="globex"} 0.01',
    'ai_cost_by_attribution_usd_total{attribution="other"} 0.01',
  ]);
  expect(log().map(({ attribution }) => attribution)).toEqual(['acme', 'globex', 'other']);
});

it('gives the largest spenders a series, lets others grow into one, and bounds how many there are', async () => {
  const { monitor, scrape } = testMonitor();
  const attribution = new Attribution(monitor, () => undefined, 3);
  const random = new Seeded(3);
  for (let i = 0; i < 3_000; i++) attribution.spend(`small-${i}`, Math.round(random.next() * 100) / 1e4);
  for (let i = 0; i < 100; i++) for (const name of ['large-a', 'large-b', 'large-c']) attribution.spend(name, 1);
  const series = await readSeries(scrape);
  for (const name of ['large-a', 'large-b', 'large-c']) expect(series.get(name)).toBeGreaterThan(98);
  expect(series.size).toBeLessThanOrEqual(3 * 4 + 1);
});

it('loses nothing between a series and the rest', async () => {
  const { monitor, scrape } = testMonitor();
  const attribution = new Attribution(monitor, () => undefined, 5);
  const random = new Seeded(4);
  let total = 0;
  for (let i = 0; i < 2_000; i++) {
    const usd = Math.round(random.next() * 1e6) / 1e6;
    total += usd;
    attribution.spend(`tenant-${Math.floor(random.next() * 15)}`, usd);
  }
  const series = await readSeries(scrape);
  expect([...series.values()].reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(total, 6);
});

async function readSeries(scrape: (name: string) => Promise<string>): Promise<Map<string, number>> {
  const lines = (await scrape('ai_cost_by_attribution_usd_total')).split('\n');
  return new Map(lines.map((line) => [/attribution="([^"]+)"/.exec(line)![1]!, Number(line.split(' ')[1])]));
}
