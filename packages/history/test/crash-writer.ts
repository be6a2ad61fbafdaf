/** Writes snapshots as fast as it can and says which ones are safe: a process to be killed. */

import { SqliteStore } from '../src/stores/sqlite/sqlite-store.ts';
import { counters, START, snapshotOf } from './series.ts';

const [path, instance, first] = process.argv.slice(2) as [string, string, string];
let latest = START;
const store = new SqliteStore({
  path,
  instance,
  bufferSize: 1_000_000,
  retentionMs: 15 * 86_400_000,
  rawRetentionMs: 7 * 86_400_000,
  maxBytes: 200 * 1024 * 1024,
  now: () => latest,
  onNotice: (message) => process.stdout.write(`notice ${message}\n`),
  onDropped: () => process.stdout.write('dropped\n'),
  onError: (error) => process.stdout.write(`error ${error}\n`),
});
const series = counters(40, 'a_total', instance);
for (let n = Number(first); ; n++) {
  latest = START + n * 10_000;
  await store.write(snapshotOf(latest, series, (i) => n * (i + 1)));
  process.stdout.write(`${n}\n`);
}
