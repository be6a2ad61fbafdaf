import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { counters, START, seriesOf, snapshotOf } from '../../test/series.ts';
import { StatsdPush } from './statsd.ts';

/** A StatsD server that keeps the lines it got. */
async function server(): Promise<{ socket: Socket; address: string; lines: string[] }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  const lines: string[] = [];
  socket.on('message', (message) => lines.push(...String(message).split('\n').filter(Boolean)));
  return { socket, lines, address: `127.0.0.1:${socket.address().port}` };
}

async function until(condition: () => boolean, socket: Socket): Promise<void> {
  while (!condition()) await once(socket, 'message');
}

test('counters go by what they rose, gauges as they are, labels as DogStatsD tags', async () => {
  const { socket, address, lines } = await server();
  const failures: unknown[] = [];
  const push = new StatsdPush(address, (error) => failures.push(error));
  const series = [...counters(2), seriesOf({ __name__: 'level', room: 'a' }, false)];
  const values = [
    [5, 1, 2.5],
    [8, 1, -3],
    [2, 1, Number.NaN],
  ];
  for (const [n, row] of values.entries()) await push.write(snapshotOf(START + n * 10_000, series, (i) => row[i]!));
  await push.write(snapshotOf(START + 30_000, counters(3), (i) => (i === 0 ? 'stale' : 4)));
  await push.close();
  await until(() => lines.length >= 6, socket);
  expect(lines).toEqual([
    'level:2.5|g|#room:a',
    'a_total:3|c|#i:0,instance:here,job:orders',
    'level:-3|g|#room:a',
    'a_total:2|c|#i:0,instance:here,job:orders',
    'a_total:3|c|#i:1,instance:here,job:orders',
    'a_total:4|c|#i:2,instance:here,job:orders',
  ]);
  expect(failures).toEqual([]);
});

test('a counter that is away for a while, or ends and comes back, is not counted a second time', async () => {
  const { socket, address, lines } = await server();
  const push = new StatsdPush(address, () => {});
  const [a, b] = counters(2);
  const rows: readonly (readonly [series: readonly (typeof a)[], values: readonly (number | 'stale')[]])[] = [
    [
      [a, b],
      [500, 10],
    ],
    [
      [a, b],
      ['stale', 11],
    ],
    [[b], [12]],
    [
      [a, b],
      [503, 'stale'],
    ],
    [[a], ['stale']],
    [
      [a, b],
      [503, 4],
    ],
    [
      [a, b],
      [504, 4],
    ],
  ];
  for (const [n, [series, values]] of rows.entries()) {
    await push.write(snapshotOf(START + n * 10_000, series as never, (i) => values[i]!));
  }
  await push.close();
  await until(() => lines.length >= 5, socket);
  const tags = ['i:0,instance:here,job:orders', 'i:1,instance:here,job:orders'];
  expect(lines).toEqual([
    `a_total:1|c|#${tags[1]}`,
    `a_total:1|c|#${tags[1]}`,
    `a_total:3|c|#${tags[0]}`,
    `a_total:4|c|#${tags[1]}`,
    `a_total:1|c|#${tags[0]}`,
  ]);
});
