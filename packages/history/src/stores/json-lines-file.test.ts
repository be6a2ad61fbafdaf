import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/samples.ts';
import { counters, START, seriesOf, snapshotOf } from '../../test/series.ts';
import { JsonLinesFile } from './json-lines-file.ts';

test('a line of JSON stands for each sample', async () => {
  const path = join(temporaryFolder(), 'deep', 'metrics.jsonl');
  const file = new JsonLinesFile(path, 1_000_000);
  const series = [seriesOf({ __name__: 'a_total', route: '/a"' }), seriesOf({ __name__: 'level' })];
  await file.write(snapshotOf(START, series, (i) => (i === 0 ? 3 : Number.POSITIVE_INFINITY)));
  await file.write(snapshotOf(START + 1, series, (i) => (i === 0 ? 'stale' : Number.NaN)));
  expect(readFileSync(path, 'utf8').split('\n')).toEqual([
    `{"time":${START},"name":"a_total","labels":{"route":"/a\\""},"value":3}`,
    `{"time":${START},"name":"level","labels":{},"value":"+Inf"}`,
    `{"time":${START + 1},"name":"a_total","labels":{"route":"/a\\""},"value":null}`,
    `{"time":${START + 1},"name":"level","labels":{},"value":"NaN"}`,
    '',
  ]);
});

test('a full file makes way, and all files together stay within the size allowed', async () => {
  const path = join(temporaryFolder(), 'metrics.jsonl');
  const file = new JsonLinesFile(path, 80_000);
  for (let n = 0; n < 60; n++) await file.write(snapshotOf(START + n, counters(50), (i) => i));
  expect((await file.usage()).bytes).toBeLessThanOrEqual(80_000);
  expect(statSync(path).size).toBeLessThanOrEqual(20_000);
  expect([1, 2, 3, 4].map((older) => existsSync(`${path}.${older}`))).toEqual([true, true, true, false]);
  const last = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)!;
  expect(JSON.parse(last)).toMatchObject({ time: START + 59, value: 49 });
  await file.clear();
  expect((await file.usage()).bytes).toBe(0);
});
