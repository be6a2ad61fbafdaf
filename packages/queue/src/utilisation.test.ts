import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningBackend } from '../../../test/contracts/queue/driver.ts';
import { startKit } from '../../../test/contracts/queue/kit.ts';
import { testClock } from '../../core/test/test-monitor.ts';
import { MemorySource, queryInstant } from '../../promql/src/index.ts';
import { ioredis6 } from '../test/drivers.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [utilisation, backlog] = /```promql\n([^`]+)```/.exec(readme)![1]!.trim().split('\n');

let backend: RunningBackend;
beforeAll(async () => {
  backend = await ioredis6.start();
});
afterAll(() => backend.stop());

it('is what the query of the README says of real samples, and so is a backlog without a worker', async () => {
  const clock = testClock();
  const kit = startKit(backend, { clock });
  const source = new MemorySource();
  const ask = async (query: string, time: number): Promise<unknown> => {
    const result = await queryInstant(query, { source, time });
    return result.type === 'vector' ? result.elements : result;
  };
  // Half a minute of each, by one of two at a time.
  const worker = kit.work(async () => clock.advance(30_000), { concurrency: 2 });
  let minute = 0;
  const record = async (): Promise<number> => {
    const time = ++minute * 60_000;
    for (const line of (await kit.scrape()).split('\n')) {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined) continue;
      const pairs = [...labels.matchAll(/(\w+)="(.*?)"/g)].map(([, key, text]) => [key!, text!]);
      source.append({ ...Object.fromEntries(pairs), __name__: name }, time, Number(value));
    }
    return time;
  };
  for (let jobs = 1; jobs <= 7; jobs++) {
    await kit.queue.add('order', {});
    await kit.ended(worker, jobs);
    clock.advance(30_000);
    await record();
  }
  expect(await ask(utilisation!, minute * 60_000)).toMatchObject([{ value: 0.25 }]);
  await worker.close();
  await kit.queue.add('order', {});
  expect(await ask(backlog!, await record())).toMatchObject([{ metric: { queue: kit.name }, value: 1 }]);
});
