import { once } from 'node:events';
import { currentContext, type Operation, runWithContext, unobserved } from '@telltale/core';
import { Redis, type RedisOptions } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type TestMonitor, testMonitor } from '../../../test/contracts/cache/kit.ts';
import { startRedis, type TestRedis } from '../../../test/servers/redis.ts';
import { monitorRedis } from './monitor-redis.ts';
import type { RedisOptions as Options } from './options.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis({ own: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  const admin = new Redis(server.url);
  await admin.flushall();
  admin.disconnect();
});

const VERSIONS = [
  ['ioredis 6', (options: RedisOptions) => new Redis(server.url, options)],
  ['ioredis 5', (options: RedisOptions) => new Redis5(server.url, options as never) as unknown as Redis],
] as const;

describe.each(VERSIONS)('%s', (_, create) => {
  async function open(test: TestMonitor, options: RedisOptions = {}, own: Options = {}): Promise<Redis> {
    const client = monitorRedis(create(options), { monitor: test.monitor, ...own });
    onTestFinished(() => client.disconnect());
    if (!options.lazyConnect) await once(client, 'ready');
    return client;
  }

  it('gives each caller its own commands where the client sends those of many as one', async () => {
    const test = testMonitor();
    const client = await open(test, { enableAutoPipelining: true });
    const operations: Operation[] = [];
    test.monitor.operations.subscribe({ onEnd: (operation) => operations.push(operation) });
    const ask = (id: string): Promise<unknown> =>
      runWithContext({ correlationId: id }, async () => {
        await client.get(`${id}:1`);
        expect(currentContext()?.correlationId).toBe(id);
        expect(currentContext()?.figures).toEqual({ cache_operations: 1, cache_misses: 1 });
      });
    await Promise.all([ask('first'), ask('second'), client.get('none:1'), ask('third')]);
    expect(operations.map(({ name, context }) => [name, context?.correlationId])).toEqual([
      ['GET first', 'first'],
      ['GET second', 'second'],
      ['GET none', undefined],
      ['GET third', 'third'],
    ]);
  });

  it('leaves out what Telltale itself asks, also where it is sent later', async () => {
    const test = testMonitor();
    for (const options of [{ enableAutoPipelining: true }, { lazyConnect: true }]) {
      const client = await open(test, options);
      const ours = unobserved(() => client.call('LLEN', 'app:emails:wait'));
      expect(await Promise.all([ours, client.get('user:1')])).toEqual([0, null]);
    }
    expect(Object.fromEntries(await test.operations())).toEqual({ get: 2 });
    expect(test.errors).toEqual([]);
  });

  it('keeps the context of a callback, of a promise and of a pipeline', async () => {
    const client = await open(testMonitor());
    const seen: (string | undefined)[] = [];
    const note = (): void => void seen.push(currentContext()?.correlationId);
    await Promise.all(
      ['one', 'two'].map((id) =>
        runWithContext({ correlationId: id }, async () => {
          await new Promise<void>((done) => {
            client.get('user:1', () => {
              note();
              done();
            });
          });
          await client.pipeline().get('user:1').exec(note);
          await client.multi().get('user:1').exec(note);
          await client.get('user:1');
          note();
        }),
      ),
    );
    expect(seen.toSorted()).toEqual([...Array(4).fill('one'), ...Array(4).fill('two')]);
  });

  it('counts a script by the command that was sent for it, and shows neither its text nor its arguments', async () => {
    const test = testMonitor();
    const client = await open(test, {}, { serverStats: false });
    await client.script('FLUSH');
    client.defineCommand('double', { numberOfKeys: 1, lua: 'return tonumber(ARGV[1]) * 2 -- mine' });
    const { double } = client as unknown as { double(key: string, value: number): Promise<number> };
    expect(await double.call(client, 'script:1', 1_234_567)).toBe(2_469_134);
    expect(await double.call(client, 'script:1', 4)).toBe(8);
    expect(await test.samples('cache_operations_total')).toEqual([
      'redis eval ok = 1',
      'redis evalsha ok = 1',
      'redis script ok = 1',
    ]);
    expect((await test.scrape()) + test.rawLog().join()).not.toMatch(/mine|double|1234567/);
  });

  it('counts a transaction whose commands are sent one by one, and one that is discarded', async () => {
    const test = testMonitor();
    const client = await open(test);
    await client.set('user:1', 'x');
    await client.multi({ pipeline: false });
    await client.get('user:1');
    await expect(client.call('GET')).rejects.toThrow('wrong number');
    await client.discard();
    await client.multi({ pipeline: false });
    await client.get('user:1');
    await client.get('user:2');
    expect(await client.exec()).toEqual([
      [null, 'x'],
      [null, null],
    ]);
    expect(await test.samples('cache_operations_total')).toEqual([
      'redis discard ok = 1',
      'redis exec ok = 1',
      'redis get aborted = 1',
      'redis get error = 1',
      'redis get hit = 1',
      'redis get miss = 1',
      'redis multi ok = 2',
      'redis set ok = 1',
    ]);
  });

  it('counts as aborted what a refused command kept from being done', async () => {
    const test = testMonitor();
    const client = await open(test);
    await expect(client.multi().get('user:1').call('GET').exec()).rejects.toThrow('EXECABORT');
    expect(await test.samples('cache_operations_total')).toEqual([
      'redis exec error = 1',
      'redis get aborted = 1',
      'redis get error = 1',
      'redis multi ok = 1',
    ]);
    expect(await test.samples('cache_errors_total')).toEqual(['redis ERR = 1', 'redis EXECABORT = 1']);
  });

  it('counts as aborted what a changed key kept from being done', async () => {
    const test = testMonitor();
    const client = await open(test);
    const other = create({});
    onTestFinished(() => other.disconnect());
    await client.watch('user:1');
    await other.set('user:1', String(Math.PI));
    expect(await client.multi().get('user:1').exec()).toBeNull();
    expect(await test.samples('cache_operations_total')).toEqual([
      'redis exec ok = 1',
      'redis get aborted = 1',
      'redis multi ok = 1',
      'redis watch ok = 1',
    ]);
  });

  it('counts the time in the offline queue, and nothing of the greeting', async () => {
    const test = testMonitor();
    const client = await open(test, { lazyConnect: true });
    const reply = client.get('user:1');
    test.clock.advance(2_000);
    await reply;
    expect(await test.samples('cache_operations_total')).toEqual(['redis get miss = 1']);
    expect(await test.samples('cache_operation_duration_seconds_sum')).toEqual(['redis get = 2']);
  });

  it('neither calls a command slow that waits on purpose, nor asks the server behind it', async () => {
    const test = testMonitor();
    const client = await open(test);
    const other = create({});
    onTestFinished(() => other.disconnect());
    const popped = client.blpop('queue:1', 0);
    expect(await test.samples('cache_entries')).toEqual([]);
    test.clock.advance(10_000);
    await other.rpush('queue:1', 'x');
    expect(await popped).toEqual(['queue:1', 'x']);
    expect(test.log()).toEqual([]);
    expect(await test.samples('cache_operations_total')).toEqual(['redis blpop ok = 1']);
    expect(await test.samples('cache_entries')).toHaveLength(1);
  });

  it('leaves a subscriber its messages, and does not ask the server through it', async () => {
    const test = testMonitor();
    const client = await open(test, { protocol: 2 });
    const other = create({});
    onTestFinished(() => other.disconnect());
    await client.subscribe('news');
    const message = once(client, 'message');
    await other.publish('news', 'hello');
    expect(await message).toEqual(['news', 'hello']);
    expect(await test.samples('cache_entries')).toEqual([]);
    expect(await test.samples('cache_operations_total')).toEqual(['redis subscribe ok = 1']);
    expect(test.errors).toEqual([]);
  });

  it('looks for the prefix behind the one that the client puts before each key', async () => {
    const test = testMonitor();
    const client = await open(test, { keyPrefix: 'shop:' });
    await client.get('user:1');
    expect(await test.samples('cache_misses_total')).toEqual(['redis user = 1']);
  });

  it('reads keys that are bytes', async () => {
    const test = testMonitor();
    const client = await open(test);
    await client.getBuffer(Buffer.from('user:1'));
    await client.get(Buffer.from([0, 1, 58, 2]));
    expect(await test.samples('cache_misses_total')).toEqual(['redis other = 1', 'redis user = 1']);
  });

  it('counts a command that times out once, though its reply comes later', async () => {
    const test = testMonitor();
    const client = await open(test, { commandTimeout: 500 });
    const other = create({});
    onTestFinished(() => other.disconnect());
    await expect(client.blpop('queue:1', 0)).rejects.toThrow('timed out');
    await other.rpush('queue:1', 'x');
    const { commandQueue } = client as unknown as { readonly commandQueue: { readonly length: number } };
    await vi.waitFor(() => expect(commandQueue.length).toBe(0));
    expect(await test.samples('cache_operations_total')).toEqual(['redis blpop error = 1']);
    expect(await test.samples('cache_errors_total')).toEqual(['redis TIMEOUT = 1']);
  });

  it('streams keys with the pace of its reader', async () => {
    const test = testMonitor();
    const client = await open(test);
    await client.mset(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`scan:${i}`, 'x'])));
    const keys = new Set<string>();
    for await (const batch of client.scanStream({ match: 'scan:*', count: 10 })) for (const key of batch) keys.add(key);
    expect(keys.size).toBe(50);
    expect((await test.operations()).get('scan')).toBeGreaterThan(1);
  });
});
