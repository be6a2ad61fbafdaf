import assert from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
import Anthropic from '@anthropic-ai/sdk';
import { createMonitor, type Monitor, TelltaleError } from '@telltale/core';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import OpenAI from 'openai';
import { Pool } from 'pg';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/servers/postgres.ts';
import { startRedis, type TestRedis } from '../../../test/servers/redis.ts';
import { monitorAll } from './index.ts';

let redisServer: TestRedis;
let database: TestDatabase;

beforeAll(async () => {
  [redisServer, database] = await Promise.all([startRedis(), startTestDatabase()]);
});

afterAll(async () => {
  await redisServer.stop();
  await database.stop();
});

function testMonitor(options = {}): Monitor {
  const registry = new Registry();
  const monitor = createMonitor(
    { serviceName: 'orders', registry, logDestination: '/dev/null', defaultMetrics: false, ...options },
    {},
  );
  onTestFinished(() => monitor.close());
  return monitor;
}

async function scrape(monitor: Monitor): Promise<string> {
  let text = '';
  for await (const chunk of monitor.scrape()) text += chunk;
  return text;
}

it('observes whatever it is handed, each under its own name, and hands the same objects back', async () => {
  const monitor = testMonitor();
  const connection = { url: redisServer.url, maxRetriesPerRequest: null };
  const name = `all-${process.pid}`;
  const jobDone = Promise.withResolvers<void>();
  const things = {
    orders: new Pool({ connectionString: database.url }),
    sessions: new Redis(redisServer.url),
    products: new LRUCache<string, string>({ max: 10 }),
    settings: new DatabaseSync(':memory:'),
    queue: new Queue(name, { connection }),
    workers: [new Worker(name, async () => {}, { connection })],
    openai: new OpenAI({ apiKey: 'none-needed' }),
    anthropic: new Anthropic({ apiKey: 'none-needed' }),
    absent: undefined,
  };
  // The server may end a connection that still says goodbye.
  things.orders.on('connect', (client) => client.on('error', () => {}));
  things.workers[0]!.on('completed', () => jobDone.resolve());
  const monitored = monitorAll(things, { monitor });
  for (const [key, thing] of Object.entries(things)) {
    if (Array.isArray(thing)) expect(monitored[key as 'workers'][0]).toBe(thing[0]);
    else expect(monitored[key as 'orders']).toBe(thing);
  }

  await things.orders.query('SELECT 1');
  await things.sessions.get('session:1');
  things.products.get('product:1');
  things.settings.exec('CREATE TABLE settings (name TEXT)');
  await things.queue.add('mail', {});
  await jobDone.promise;
  const text = await scrape(monitor);
  expect(text).toMatch(/database_connections\{pool="orders",state="idle".*\} 1/);
  expect(text).toMatch(/cache_misses_total\{cache="sessions",prefix="session".*\} 1/);
  expect(text).toMatch(/cache_misses_total\{cache="products",prefix="product".*\} 1/);
  expect(text).toMatch(/database_queries_total\{.*system="sqlite",operation="CREATE".*\} 1/);
  expect(text).toMatch(new RegExp(`queue_jobs_added_total\\{queue="${name}",job="mail".*\\} 1`));

  await Promise.all(things.workers.map((worker) => worker.close()));
  await things.queue.close();
  await things.orders.end();
  things.sessions.disconnect();
});

it('names what it does not know', () => {
  const monitor = testMonitor();
  expect(() => monitorAll({ clock: new Date() }, { monitor })).toThrow(TelltaleError);
  expect(() => monitorAll({ clock: new Date() }, { monitor })).toThrow(/monitorAll does not know what 'clock' is/);
  expect(() => monitorAll({ clock: 'noon' }, { monitor })).toThrow(/'clock'/);
  const shy = new Proxy({}, { get: () => assert.fail('look away') });
  expect(() => monitorAll({ shy }, { monitor })).toThrow(/monitorAll cannot tell what 'shy' is/);
});

it('takes any key, and makes a name of it that is fit to be a label', async () => {
  const monitor = testMonitor();
  monitorAll({ 'my pool ü': new DatabaseSync(':memory:'), 'my cache': new Map() }, { monitor });
  expect(await scrape(monitor)).toMatch(/cache_entries\{cache="my_cache"/);
});

it('leaves everything untouched where monitoring is off', async () => {
  const monitor = testMonitor({ enabled: false });
  const pool = new Pool({ connectionString: database.url });
  const cache = new LRUCache<string, string>({ max: 10 });
  const before = [pool.query, cache.get];
  monitorAll({ pool, cache }, { monitor });
  expect([pool.query, cache.get]).toEqual(before);
  await pool.end();
});
