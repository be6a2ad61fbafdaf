import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/servers/postgres.ts';
import { readSettings } from './settings.ts';
import { type Shop, startShop } from './shop.ts';
import { Chance } from './traffic/chance.ts';
import { Client, type Question } from './traffic/client.ts';
import { Measurements } from './traffic/measurements.ts';
import { visit } from './traffic/visits.ts';
import { startTraffic } from './traffic.ts';

const ENOUGH = 120;

let database: TestDatabase;
let shop: Shop;

beforeAll(async () => {
  database = await startTestDatabase();
  const env = { PORT: '0', TRAFFIC: 'off', DATABASE_URL: database.url };
  const settings = { ...readSettings(env), logLevel: 'CRITICAL' } as const;
  shop = await startShop(settings);
});

afterAll(async () => {
  await shop.stop();
  await database.stop();
});

test('what the service says of itself is what its visitors saw', async () => {
  const traffic = startTraffic({ baseUrl: shop.url, seed: 4, requestsPerSecond: 30 });
  await expect.poll(() => traffic.summary().requests, { timeout: 20_000, interval: 200 }).toBeGreaterThan(ENOUGH);
  await traffic.stop();
  const { routes, failed } = traffic.summary();
  expect(failed).toBe(0);
  expect(routes.length).toBeGreaterThan(10);

  await expect.poll(async () => (await scrape()).value('http_requests_in_flight')).toBe(0);
  const metrics = await scrape();
  for (const route of routes) {
    const labels = { method: route.method === 'PROPFIND' ? 'other' : route.method, route: route.route };
    const statuses = Object.entries(route.statuses);
    const answered = statuses.reduce((sum, [, count]) => sum + count, 0);
    // A visitor may hang up on an answer that the service has just finished.
    expect(metrics.value('http_requests_total', labels), JSON.stringify(labels)).toBe(answered + route.hungUp);
    for (const [status_code, count] of statuses) {
      const counted = metrics.value('http_requests_total', { ...labels, status_code });
      if (route.hungUp === 0) expect(counted, JSON.stringify({ ...labels, status_code })).toBe(count);
      else expect(counted).toBeGreaterThanOrEqual(count);
    }
  }
});

test('the same seed makes the same visitors', async () => {
  const [first, again, others] = await Promise.all([questions(1), questions(1), questions(2)]);
  expect(again).toEqual(first);
  expect(others).not.toEqual(first);
});

test('it goes only to a service on this machine, at a rate that one can bear', () => {
  const start = (options: object) => () => startTraffic({ baseUrl: shop.url, ...options });
  expect(start({ requestsPerSecond: 31 })).toThrow('at most 30');
  expect(start({ requestsPerSecond: 0 })).toThrow('above 0');
  expect(start({ baseUrl: 'http://example.com' })).toThrow('on this machine');
});

async function questions(seed: number): Promise<Question[]> {
  const asked: Question[] = [];
  const client = new Client(shop.url, new Measurements());
  client.ask = async (question) => {
    asked.push(question);
    return undefined;
  };
  const visitors = { client, chance: new Chance(seed), unpaid: [], soldOut: new Set<number>() };
  for (let visits = 0; visits < 500; visits++) await visit(visitors);
  return asked;
}

type Labels = Readonly<Record<string, string>>;

/** The text format, read as far as these tests need it. */
async function scrape() {
  const text = await (await fetch(`${shop.url}/metrics`)).text();
  const samples = [...text.matchAll(/^(\w+)\{(.*)\} (\S+)$/gm)].map(([, name, labels, value]) => ({
    name,
    labels: Object.fromEntries([...labels!.matchAll(/(\w+)="(.*?)"/g)].map(([, label, of]) => [label!, of!])),
    value: Number(value),
  }));
  const select = (name: string, labels: Labels = {}) =>
    samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([k, v]) => sample.labels[k] === v),
    );
  return {
    value: (name: string, labels?: Labels) => select(name, labels).reduce((sum, { value }) => sum + value, 0),
  };
}
