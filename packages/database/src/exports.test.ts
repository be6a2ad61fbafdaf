import { ConfigError } from '@telltale/core';
import { expect, it, vi } from 'vitest';
import { testMonitor } from '../../../test/test-monitor.ts';
import * as database from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(database).sort()).toMatchInlineSnapshot(`
    [
      "databaseMetrics",
      "databaseOptions",
      "isDatabase",
      "monitorClient",
      "monitorPool",
      "trackDatabaseQuery",
    ]
  `);
});

it('refuses what it does not know, and says what it takes', () => {
  const options = { monitor: testMonitor().monitor };
  expect(() => database.monitorPool({}, options)).toThrow(
    /^\[telltale\] \[database\] monitorPool was given an Object, and takes a Knex .*, a Pool of pg, /,
  );
  expect(() => database.monitorClient(undefined as never, options)).toThrow('monitorClient was given undefined, and');
  expect(() => database.monitorClient(null as never, options)).toThrow('monitorClient was given null, and');
  expect(() => database.monitorClient(7 as never, options)).toThrow('monitorClient was given a number, and');
  expect(() => database.monitorClient([] as never, options)).toThrow('monitorClient was given an Array, and');
  expect(() => database.monitorPool({}, { slowQuery: 1 } as never)).toThrow('did you mean slowQueryMs?');
});

it.each([[null], [5], ['main'], [[]]])('refuses %j for options', async (options) => {
  const { DatabaseSync } = await import('node:sqlite');
  const opened = new DatabaseSync(':memory:');
  expect(() => database.monitorClient(opened, options as never)).toThrow(ConfigError);
  expect(() => database.monitorPool(opened, options as never)).toThrow('expected an object');
  expect(Object.hasOwn(opened, 'prepare')).toBe(false);
});

it('leaves the object alone, and says so, where the registry has such a metric of somebody else', async () => {
  const { monitor, registry, errors } = testMonitor();
  registry.registerMetric({ name: 'database_queries_total', get: async () => ({ values: [] }) } as never);
  const { DatabaseSync } = await import('node:sqlite');
  const opened = new DatabaseSync(':memory:');
  expect(database.monitorClient(opened, { monitor })).toBe(opened);
  expect(Object.hasOwn(opened, 'prepare')).toBe(false);
  expect(errors.join()).toContain('database_queries_total');
  expect(database.trackDatabaseQuery('orders', 'x', 'SELECT', () => 1, { monitor })).toBe(1);
});

it('observes once, and in the same metrics, where two copies are installed', async () => {
  vi.resetModules();
  const copy = await import('./index.ts');
  expect(copy.monitorClient).not.toBe(database.monitorClient);
  const { monitor, scrape } = testMonitor();
  const options = { monitor };
  const { DatabaseSync } = await import('node:sqlite');
  const opened = copy.monitorClient(database.monitorClient(new DatabaseSync(':memory:'), options), options);
  opened.prepare('SELECT 1').get();
  const other = copy.monitorClient(new DatabaseSync(':memory:'), options);
  other.prepare('SELECT 1').get();
  expect(await scrape('database_queries_total')).toMatch(/ 2$/);
});
