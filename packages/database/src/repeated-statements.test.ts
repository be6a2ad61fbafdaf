import { DatabaseSync } from 'node:sqlite';
import { runWithContext } from '@telltale/core';
import { expect, it } from 'vitest';
import { testMonitor } from '../../../test/test-monitor.ts';
import { monitorClient } from './monitor-database.ts';
import { trackDatabaseQuery } from './track-database-query.ts';

it('keeps statements apart that differ only behind what is shown of them', async () => {
  const { monitor, scrape } = testMonitor();
  const columns = Array.from({ length: 120 }, (_, n) => `${n} AS column_${n}`).join(', ');
  const track = (table: number): void =>
    trackDatabaseQuery('orders', 'postgres', 'SELECT', () => {}, {
      monitor,
      statement: `SELECT ${columns} FROM table_${table} WHERE a = ${table}`,
    });
  await runWithContext({}, async () => {
    for (let table = 1; table <= 20; table++) track(table);
  });
  expect(await scrape('database_repeated_statements_total')).toBe('');
  await runWithContext({}, async () => {
    for (let i = 1; i <= 20; i++) track(1);
  });
  expect(await scrape('database_repeated_statements_total')).toMatch(/ 1$/);
});

it('keeps statements apart of which a text is cut short in what is shown', async () => {
  const { monitor, scrape } = testMonitor();
  const track = (value: string, column: string): void =>
    trackDatabaseQuery('orders', 'mysql', 'SELECT', () => {}, {
      monitor,
      statement: `SELECT * FROM items WHERE name = '${value}\\'s' AND ${column} = 1`,
    });
  await runWithContext({}, async () => {
    for (let n = 1; n <= 20; n++) track('it', `column_${n}`);
  });
  expect(await scrape('database_repeated_statements_total')).toBe('');
  await runWithContext({}, async () => {
    for (let n = 1; n <= 20; n++) track('x'.repeat(n), 'id');
  });
  expect(await scrape('database_repeated_statements_total')).toMatch(/ 1$/);
});

it('keeps the databases apart', async () => {
  const { monitor, scrape } = testMonitor();
  const databases = Array.from({ length: 3 }, () => monitorClient(new DatabaseSync(':memory:'), { monitor }));
  await runWithContext({}, async () => {
    for (let i = 1; i <= 10; i++) for (const database of databases) database.exec('SELECT 1');
  });
  expect(await scrape('database_repeated_statements_total')).toBe('');
});

it('counts a statement without a table too, but not what opens, steps through and ends others', async () => {
  const { monitor, scrape } = testMonitor();
  const database = monitorClient(new DatabaseSync(':memory:'), { monitor });
  await runWithContext({}, async () => {
    for (let n = 1; n <= 20; n++) {
      for (const step of ['BEGIN', 'SAVEPOINT a', 'RELEASE a', 'PRAGMA user_version', 'COMMIT']) database.exec(step);
    }
  });
  expect(await scrape('database_repeated_statements_total')).toBe('');
  await runWithContext({}, async () => {
    for (let n = 1; n <= 20; n++) database.prepare(`SELECT abs(${n})`).get();
  });
  expect(await scrape('database_repeated_statements_total')).toMatch(/operation="SELECT",table="none"} 1$/);
});
