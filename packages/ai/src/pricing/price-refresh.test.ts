import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolveConfig } from '@telltale/core';
import { expect, it, onTestFinished } from 'vitest';
import { testMonitor } from '../../../../test/test-monitor.ts';
import { aiObserver, configureAI } from '../observe-ai-call.ts';
import { aiOptions } from '../options.ts';

const USAGE = { inputTokens: 1_000_000, outputTokens: 0 };

function model(id: string, input: unknown) {
  return { id, match: { equals: id }, prices: { input_mtok: input, output_mtok: 1 } };
}

/** Prices that are none: one of these must not become what a call costs. */
const BROKEN = ['7', -7, null, { base: 1, tiers: [{ start: 0, price: 'x' }] }, { base: 1 }].map((price, i) =>
  model(`broken-${i}`, price),
);

function tableAt(gpt: unknown, claude: unknown): unknown {
  return [
    { ...OPENAI, models: [model('gpt-4o', gpt)] },
    { ...ANTHROPIC, models: [model('claude-sonnet-4-5', claude)] },
  ];
}

const OPENAI = { id: 'openai', name: 'OpenAI', api_pattern: '.*' };
const ANTHROPIC = { id: 'anthropic', name: 'Anthropic', api_pattern: '.*' };
const TABLE = [
  { ...OPENAI, models: [model('gpt-4o', 9), model('gpt-99', 7), ...BROKEN] },
  { ...ANTHROPIC, models: [model('claude-sonnet-4-5', 3)] },
];

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.json`;
}

it('takes the prices of another table, off the way of any call, where that was asked for', async () => {
  const priceUrl = await serve((response) => response.end(JSON.stringify(TABLE)));
  const { monitor, scrape } = testMonitor();
  const observer = aiObserver(monitor);
  expect(observer.prices.price('openai', 'gpt-4o', USAGE)).toMatchObject({ costUsd: 2.5 });
  // The test's clock stands at the 22nd of November; the installed table is from the 23rd of September.
  expect(await scrape('ai_price_table_age_seconds')).toBe(`ai_price_table_age_seconds ${(60 * 24 + 10) * 3_600}`);

  configureAI(monitor, resolveConfig(aiOptions, { priceRefreshHours: 24, priceUrl }, {}));
  await expect.poll(() => scrape('ai_price_refreshes_total')).toBe('ai_price_refreshes_total{status="success"} 1');
  expect(observer.prices.price('openai', 'gpt-4o', USAGE)).toMatchObject({ costUsd: 9 });
  expect(observer.prices.price('openai', 'gpt-99', USAGE)).toMatchObject({ costUsd: 7 });
  for (const { id } of BROKEN) {
    expect(observer.prices.price('openai', id, USAGE)).toEqual({ unpriced: 'unknown_model' });
  }
  expect(await scrape('ai_price_table_age_seconds')).toBe('ai_price_table_age_seconds 0');
});

it.each([
  ['an error', (response: ServerResponse) => response.writeHead(500).end()],
  ['no JSON', (response: ServerResponse) => response.end('<html>')],
  ['JSON that is no table', (response: ServerResponse) => response.end('{"a":1}')],
  ['a table without the models that everybody has', (response: ServerResponse) => response.end('[]')],
  ['prices a thousand times too low', (response: ServerResponse) => response.end(JSON.stringify(tableAt(0.0025, 3)))],
  ['prices a thousand times too high', (response: ServerResponse) => response.end(JSON.stringify(tableAt(2.5, 3e3)))],
  ['prices that are no numbers', (response: ServerResponse) => response.end(JSON.stringify(tableAt('2.5', '3')))],
  ['a broken answer', (response: ServerResponse) => response.destroy()],
])('keeps the prices it has where it gets %s', async (_, answer) => {
  const priceUrl = await serve(answer);
  const { monitor, scrape, errors } = testMonitor();
  configureAI(monitor, resolveConfig(aiOptions, { priceRefreshHours: 24, priceUrl }, {}));
  await expect.poll(() => scrape('ai_price_refreshes_total')).toBe('ai_price_refreshes_total{status="error"} 1');
  expect(aiObserver(monitor).prices.price('openai', 'gpt-4o', USAGE)).toMatchObject({ costUsd: 2.5 });
  expect(errors).toHaveLength(1);
});
