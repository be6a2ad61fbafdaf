import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { samplesOf, sqliteStore, temporaryFolder } from '../../../test/samples.ts';
import { counters, START, snapshotOf } from '../../../test/series.ts';
import { openDatabase } from './database.ts';

/** A file made with SQLite alone. */
function fileWith(sql: string): string {
  const path = join(temporaryFolder(), 'history.db');
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  return path;
}

test.each([
  ['a table', 'CREATE TABLE theirs (a)'],
  ['a table and a version', 'CREATE TABLE theirs (a); PRAGMA user_version = 1'],
  ['a version that we do not know yet', 'CREATE TABLE theirs (a); PRAGMA user_version = 99'],
  ['tables of our names', 'CREATE TABLE head (a); CREATE TABLE series (a); PRAGMA user_version = 2'],
  ['no more than its mark', 'PRAGMA application_id = 7; VACUUM'],
])('a file of another program is left as it is: %s', async (_, sql) => {
  const path = fileWith(sql);
  const before = readFileSync(path);
  await expect(openDatabase(path, 1e6, () => {})).rejects.toThrow('belongs to another program');
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a file of a newer version is left as it is, and said to be', async () => {
  const { store, path } = sqliteStore();
  await store.write(snapshotOf(START, counters(1), () => 1));
  await store.close();
  const database = new DatabaseSync(path);
  expect(database.prepare('PRAGMA application_id').get()).toEqual({ application_id: 0x54454c4c });
  database.exec('PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  await expect(openDatabase(path, 1e6, () => {})).rejects.toThrow('a newer version of Telltale (schema 99');
});

test('a file of the first version is taken over with what it has', async () => {
  const { store, path } = sqliteStore();
  const series = counters(3);
  for (let n = 0; n < 361; n++) await store.write(snapshotOf(START + n * 10_000, series, () => n));
  await store.close();
  const database = new DatabaseSync(path);
  database.exec(`
    DROP TABLE file;
    CREATE TABLE g (id INTEGER PRIMARY KEY, instance TEXT NOT NULL, labels TEXT NOT NULL);
    CREATE TABLE s (id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, cumulative INTEGER NOT NULL, labels TEXT NOT NULL);
    INSERT INTO g SELECT * FROM series_group; INSERT INTO s SELECT id, group_id, cumulative, labels FROM series;
    DROP TABLE series; DROP TABLE series_group;
    ALTER TABLE g RENAME TO series_group; ALTER TABLE s RENAME TO series;
    CREATE INDEX series_of_group ON series (group_id);
    PRAGMA user_version = 1; PRAGMA application_id = 0;
  `);
  database.close();
  const later = sqliteStore({ path });
  for (let n = 361; n < 400; n++) await later.store.write(snapshotOf(START + n * 10_000, series, () => n));
  expect(await samplesOf(later.store, { i: '1' }, START + 3_590_000, START + 3_620_000)).toBe(
    '3590=359 3600=360 3610=361 3620=362',
  );
  expect(later.notices).toEqual([]);
});

test('a file that cannot be opened is put aside, but not the one that another process has put in its place', async () => {
  const path = join(temporaryFolder(), 'history.db');
  writeFileSync(path, 'no database of anybody, but long enough to look like one'.repeat(40));
  const asides: string[] = [];
  const opened = await Promise.all([1, 2].map(() => openDatabase(path, 1e6, (to) => asides.push(to))));
  for (const database of opened) expect(database.get('SELECT generation FROM file')).toEqual({ generation: 1 });
  expect(asides).toEqual([`${path}.damaged`]);
  for (const database of opened) database.close();
});
