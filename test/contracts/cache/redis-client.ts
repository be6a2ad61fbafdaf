import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { currentContext, type Operation, runWithContext, unobserved } from '@telltale/core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { monitorRedis } from '../../../packages/cache/src/monitor-redis.ts';
import type { RedisOptions } from '../../../packages/cache/src/options.ts';
import { redisStatus } from '../../../packages/cache/src/redis-status.ts';
import { Seeded } from '../../seeded.ts';
import { startRedis, type TestRedis } from '../../servers/redis.ts';
import { commandCalls } from './command-stats.ts';
import type { RedisDriver, RedisHandle } from './driver.ts';
import { type TestMonitor, testMonitor } from './kit.ts';

const COMMANDS = Number(process.env.TELLTALE_SOAK_COMMANDS ?? 5_000);
/** Otherwise most connections are cut by a server that goes on, which takes a fraction of the time. */
const ONLY_RESTARTS = process.env.TELLTALE_SOAK_COMMANDS !== undefined;

/** What every integration of a Redis client holds to. */
export function redisClientContract(driver: RedisDriver): void {
  describe(driver.name, () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis({ own: true });
    });
    afterAll(() => redis.stop());

    async function open(test: TestMonitor, options: RedisOptions = {}, keyPrefix?: string): Promise<RedisHandle> {
      const handle = await driver.connect(redis.url, keyPrefix === undefined ? {} : { keyPrefix });
      monitorRedis(handle.client, { monitor: test.monitor, ...options });
      onTestFinished(() => handle.close());
      await handle.call('FLUSHALL');
      return handle;
    }

    it('counts hits and misses by the prefix of the key', async () => {
      const test = testMonitor();
      const { call, get } = await open(test);
      await call('SET', 'user:1', 'ann');
      await call('HSET', 'cart:1', 'apples', '2', 'pears', '3');
      expect(await get('user:1')).toBe('ann');
      expect(await get('user:2')).toBeNull();
      await call('GETEX', 'user:1');
      await call('GETDEL', 'user:9');
      await call('MGET', 'user:1', 'user:2', 'order:3');
      await call('HGET', 'cart:1', 'apples');
      await call('HMGET', 'cart:1', 'apples', 'plums', 'pears');
      await call('HGETALL', 'cart:1');
      await call('HGETALL', 'cart:2');
      await call('EXISTS', 'user:1', 'user:2');
      expect(await test.samples('cache_hits_total')).toEqual(['redis cart = 4', 'redis user = 4']);
      expect(await test.samples('cache_misses_total')).toEqual(['redis cart = 2', 'redis order = 1', 'redis user = 4']);
      expect(await test.samples('cache_operations_total')).toEqual([
        'redis exists partial = 1',
        'redis flushall ok = 1',
        'redis get hit = 1',
        'redis get miss = 1',
        'redis getdel miss = 1',
        'redis getex hit = 1',
        'redis hget hit = 1',
        'redis hgetall hit = 1',
        'redis hgetall miss = 1',
        'redis hmget partial = 1',
        'redis hset ok = 1',
        'redis mget partial = 1',
        'redis set ok = 1',
      ]);
    });

    it('counts each command as often as the server does', { timeout: 600_000 }, async () => {
      const test = testMonitor();
      const handle = await open(test, { stampedeMisses: 0 });
      const admin = await driver.connect(redis.url);
      onTestFinished(() => admin.close());
      await admin.call('CONFIG', 'RESETSTAT');
      const before = await test.operations();
      const sent = await sendMany(handle, COMMANDS, new Seeded(7));
      const counted = await test.operations();
      const served = await commandCalls(admin.call);
      for (const operation of ['get', 'set', 'mget', 'incr', 'lpush', 'multi', 'exec', 'del']) {
        const own = (counted.get(operation) ?? 0) - (before.get(operation) ?? 0);
        expect([operation, own]).toEqual([operation, served.get(operation) ?? 0]);
      }
      const hits = (await test.samples('cache_hits_total')).reduce(
        (sum, line) => sum + Number(line.split(' = ')[1]),
        0,
      );
      const misses = (await test.samples('cache_misses_total')).reduce(
        (sum, line) => sum + Number(line.split(' = ')[1]),
        0,
      );
      expect({ hits, misses }).toEqual({ hits: sent.hits, misses: sent.misses });
      const [failed] = await test.samples('cache_errors_total');
      expect(failed).toBe(`redis WRONGTYPE = ${sent.errors}`);
    });

    it('counts what a transaction did by what EXEC answers', async () => {
      const test = testMonitor();
      const { call, transaction } = await open(test);
      await call('SET', 'user:1', 'ann');
      await transaction([
        ['GET', 'user:1'],
        ['GET', 'user:2'],
        ['SET', 'user:3', 'x'],
      ]);
      expect(await test.samples('cache_hits_total')).toEqual(['redis user = 1']);
      expect(await test.samples('cache_misses_total')).toEqual(['redis user = 1']);
      expect(await test.samples('cache_operations_total')).toEqual([
        'redis exec ok = 1',
        'redis flushall ok = 1',
        'redis get hit = 1',
        'redis get miss = 1',
        'redis multi ok = 1',
        'redis set ok = 2',
      ]);
    });

    it('counts the commands of a pipeline one by one', async () => {
      const test = testMonitor();
      const { call, pipeline } = await open(test);
      await call('SET', 'user:1', 'ann');
      await pipeline([
        ['GET', 'user:1'],
        ['GET', 'user:2'],
        ['INCR', 'visits:all'],
      ]);
      expect(await test.samples('cache_operations_total')).toEqual([
        'redis flushall ok = 1',
        'redis get hit = 1',
        'redis get miss = 1',
        'redis incr ok = 1',
        'redis set ok = 1',
      ]);
    });

    it('hands on the error of a failed command and counts it by its first word', async () => {
      const test = testMonitor();
      const { call, transaction } = await open(test);
      await call('LPUSH', 'list:1', 'x');
      await expect(call('GET', 'list:1')).rejects.toThrow(/^WRONGTYPE Operation against a key/);
      await expect(call('EVAL', "return redis.error_reply('MINE no-label-of-mine')", '0')).rejects.toThrow('MINE');
      await transaction([['GET', 'list:1']]).catch(() => {});
      expect(await test.samples('cache_errors_total')).toEqual(['redis WRONGTYPE = 2', 'redis other = 1']);
    });

    it('neither shows nor logs a key or a value', async () => {
      const test = testMonitor();
      const { call, get } = await open(test, { stampedeMisses: 2, slowCommandMs: 1, serverStats: false });
      for (const key of [
        '4711',
        'ann@example.com:cart',
        `${'5f2b8c'.repeat(4)}:x`,
        'user:ann-key',
        '12:34',
        'ann-key',
      ]) {
        await call('SET', key, 'ann-value');
        await Promise.all([get(`${key}-not`), get(`${key}-not`)]);
        const slow = get(key);
        test.clock.advance(5);
        await slow;
      }
      await call('EVAL', "return redis.call('GET', KEYS[1])", '1', 'script:ann-key');
      const shown = (await test.scrape()) + test.rawLog().join();
      expect(shown).not.toMatch(/ann|4711|5f2b8c|12:34/);
      expect(await test.samples('cache_hits_total')).toEqual(['redis other = 5', 'redis user = 1']);
      expect(test.log().length).toBeGreaterThan(0);
    });

    it('takes prefixes from a function and bounds their number', async () => {
      const test = testMonitor();
      const { get } = await open(test, { prefixOf: (key) => key.split('/')[0], prefixLimit: 2 });
      for (const key of ['a/1', 'b/1', 'c/1', 'd/1', 'a/2']) await get(key);
      expect(await test.samples('cache_misses_total')).toEqual(['redis a = 2', 'redis b = 1', 'redis other = 2']);
    });

    it('goes on where the function for prefixes throws', async () => {
      const test = testMonitor();
      const fail = (): string => {
        throw new Error('no prefix');
      };
      const { get } = await open(test, { prefixOf: fail });
      expect(await get('a:1')).toBeNull();
      expect(await test.samples('cache_misses_total')).toEqual(['redis other = 1']);
      expect(test.errors).toEqual(['cache: no prefix']);
    });

    it('leaves out what has an ignored prefix, also in transactions and scripts', async () => {
      const test = testMonitor();
      const { call, transaction } = await open(test, { ignorePrefixes: ['bull'] });
      await call('SET', 'bull:emails:1', 'x');
      await transaction([['GET', 'bull:emails:1']]);
      await call('EVAL', 'return 1', '1', 'bull:emails:1');
      await transaction([
        ['GET', 'bull:emails:1'],
        ['GET', 'user:1'],
      ]);
      expect(await test.samples('cache_operations_total')).toEqual([
        'redis exec ok = 1',
        'redis flushall ok = 1',
        'redis get miss = 1',
        'redis multi ok = 1',
      ]);
    });

    it('knows each command by its own name and none by another', async () => {
      const test = testMonitor();
      const { call } = await open(test);
      await call('ping');
      await call('PiNg');
      await expect(call('NOT.A.COMMAND', 'x')).rejects.toThrow('unknown command');
      expect(await test.samples('cache_operations_total')).toEqual([
        'redis flushall ok = 1',
        'redis other error = 1',
        'redis ping ok = 2',
      ]);
    });

    it('tells each operation to who listens, in the context of its caller', async () => {
      const test = testMonitor();
      const { get, call } = await open(test);
      const ended: Operation[] = [];
      test.monitor.operations.subscribe({ onEnd: (operation) => ended.push(operation) });
      await call('SET', 'user:1', 'ann');
      ended.length = 0;
      const one = async (id: string): Promise<void> =>
        runWithContext({ correlationId: id }, async () => {
          await get('user:1');
          expect(currentContext()?.correlationId).toBe(id);
          await get('user:2');
          expect(currentContext()?.figures).toEqual({ cache_operations: 2, cache_hits: 1, cache_misses: 1 });
        });
      await Promise.all([one('first'), one('second'), one('third')]);
      expect(ended.map(({ context }) => context?.correlationId).toSorted()).toEqual([
        'first',
        'first',
        'second',
        'second',
        'third',
        'third',
      ]);
      expect(ended[0]).toMatchObject({
        kind: 'cache',
        name: 'GET user',
        outcome: 'ok',
        durationMs: 0,
        attributes: { cache: 'redis', operation: 'get', prefix: 'user', result: 'hit', hits: 1, misses: 0 },
      });
    });

    it('logs a slow command once, with its prefix and in its context', async () => {
      const test = testMonitor();
      const { get } = await open(test, { slowCommandMs: 50 });
      await runWithContext({ correlationId: 'slow-one' }, async () => {
        const reply = get('user:1');
        test.clock.advance(60);
        await reply;
      });
      await get('user:1');
      expect(test.log()).toMatchObject([
        {
          level: 'WARNING',
          message: 'Slow cache operation: GET',
          correlation_id: 'slow-one',
          event_type: 'performance',
          cache: 'redis',
          operation: 'get',
          prefix: 'user',
          result: 'miss',
          duration_ms: 60,
        },
      ]);
      expect(await test.samples('cache_slow_operations_total')).toEqual(['redis get = 1']);
    });

    it('logs every command at the level DEBUG, in its context, with neither key nor value', async () => {
      const test = testMonitor({ logLevel: 'DEBUG' });
      const { get } = await open(test);
      await runWithContext({ correlationId: 'mine' }, () => get('user:4711'));
      expect(test.log().filter(({ operation }) => operation === 'get')).toMatchObject([
        { level: 'DEBUG', message: 'GET redis: miss', correlation_id: 'mine', cache: 'redis', prefix: 'user' },
      ]);
      expect(JSON.stringify(test.log())).not.toContain('4711');
    });

    it('warns once of many misses of one key at the same time, and again when it was calm for long', async () => {
      const test = testMonitor();
      const { get } = await open(test, { stampedeMisses: 10 });
      await Promise.all(Array.from({ length: 40 }, () => get('product:7')));
      await Promise.all(Array.from({ length: 9 }, () => get('product:8')));
      await Promise.all(Array.from({ length: 40 }, () => get('product:7')));
      expect(test.log()).toMatchObject([{ level: 'WARNING', cache: 'redis', prefix: 'product', misses: 10 }]);
      test.clock.advance(11_000);
      await Promise.all(Array.from({ length: 10 }, () => get('product:7')));
      expect(test.log()).toHaveLength(2);
      expect(await test.samples('cache_stampedes_total')).toEqual(['redis product = 2']);
    });

    it('warns where as many store a value as missed it, and not of misses one after the other', async () => {
      const test = testMonitor();
      const { call, get } = await open(test, { stampedeMisses: 5 });
      for (let i = 0; i < 20; i++) await get('flag:dark');
      for (let i = 0; i < 5; i++) await get('product:7');
      for (let i = 0; i < 4; i++) await call('SET', 'product:7', 'made');
      await call('SET', 'flag:dark', 'on');
      expect(test.log()).toEqual([]);
      await call('SET', 'product:7', 'made');
      expect(test.log()).toMatchObject([{ level: 'WARNING', prefix: 'product', misses: 5 }]);
    });

    it('leaves out what Telltale itself asks', async () => {
      const test = testMonitor();
      const { call, get } = await open(test);
      await unobserved(() => call('LLEN', 'app:emails:wait'));
      await get('user:1');
      expect(Object.fromEntries(await test.operations())).toEqual({ flushall: 1, get: 1 });
    });

    it('asks the server at a scrape, and counts none of that', async () => {
      const test = testMonitor();
      const { call } = await open(test);
      await call('SET', 'user:1', 'x');
      await call('SET', 'user:2', 'x');
      expect(await test.samples('cache_entries')).toEqual(['redis = 2']);
      expect(await test.samples('cache_connections')).toEqual(['redis = 1']);
      const [memory] = await test.samples('cache_memory_bytes');
      expect(Number(memory?.split(' = ')[1])).toBeGreaterThan(100_000);
      expect([...(await test.operations()).keys()]).toEqual(['flushall', 'set']);
    });

    it('looks at the server for a health check, and lets through what the client throws', async () => {
      const { client, call, close } = await open(testMonitor());
      await call('SET', 'user:1', 'x');
      const status = await redisStatus(client);
      expect(status).toEqual({
        entries: 1,
        memoryBytes: expect.any(Number),
        evicted: expect.any(Number),
        durationMs: expect.any(Number),
      });
      expect(status.memoryBytes).toBeGreaterThan(100_000);
      await close();
      await expect(redisStatus(client)).rejects.toThrow(/closed/);
      await expect(redisStatus({})).rejects.toThrow('[telltale] [cache] redisStatus was given something');
      expect(() => monitorRedis({})).toThrow('[telltale] [cache] monitorRedis was given something');
      expect(() => monitorRedis(client, { slowComandMs: 1 } as never)).toThrow('did you mean slowCommandMs?');
    });

    it('counts what the server evicts from then on', async () => {
      const test = testMonitor();
      const { call } = await open(test);
      await test.scrape();
      await call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
      const limit = 4_000_000;
      await call('CONFIG', 'SET', 'maxmemory', String(limit));
      onTestFinished(async () => {
        const admin = await driver.connect(redis.url);
        await admin.call('CONFIG', 'SET', 'maxmemory', '0');
        await admin.close();
      });
      for (let i = 0; i < 60; i++) await call('SET', `blob:${i}`, 'x'.repeat(100_000));
      const info = String(await call('INFO', 'stats'));
      const evicted = Number(/evicted_keys:(\d+)/.exec(info)?.[1]);
      expect(evicted).toBeGreaterThan(0);
      expect(await test.samples('cache_evictions_total')).toEqual([`redis = ${evicted}`]);
    });

    it('is the very same object as before, once the monitor is closed, and while it is disabled', async () => {
      const handle = await driver.connect(redis.url);
      onTestFinished(() => handle.close());
      const { client } = handle;
      const shape = (): unknown => [ownKeys(client), handle.listeners()];
      const untouched = shape();
      const disabled = testMonitor({ enabled: false });
      expect(monitorRedis(client, { monitor: disabled.monitor })).toBe(client);
      expect(shape()).toEqual(untouched);

      const test = testMonitor();
      expect(monitorRedis(client, { monitor: test.monitor })).toBe(client);
      const monitored = shape();
      expect(monitored).not.toEqual(untouched);
      expect(monitorRedis(client, { monitor: testMonitor().monitor })).toBe(client);
      expect(shape()).toEqual(monitored);
      await test.monitor.close();
      expect(shape()).toEqual(untouched);
      await handle.get('user:1');
    });

    it('keeps name and arity of the methods that it watches', async () => {
      const bare = await driver.connect(redis.url);
      const watched = await open(testMonitor());
      onTestFinished(() => bare.close());
      for (const method of ['sendCommand', 'pipeline', 'multi', '_executeMulti', '_executePipeline']) {
        const [a, b] = [bare.client, watched.client].map((client) => (client as never)[method] as unknown);
        if (typeof a !== 'function' || typeof b !== 'function') continue;
        expect([b.name, b.length]).toEqual([a.name, a.length]);
      }
      expect(Object.keys(watched.client)).toEqual(Object.keys(bare.client));
    });

    it('leaves the error of a call that makes no sense to the client', async () => {
      const bare = await driver.connect(redis.url);
      onTestFinished(() => bare.close());
      const test = testMonitor();
      const watched = await open(test);
      const messages = [bare, watched].map(async ({ client }) => {
        try {
          await (client as unknown as { sendCommand(): unknown }).sendCommand();
        } catch (error) {
          return (error as Error).message;
        }
        return 'none';
      });
      const [expected, found] = await Promise.all(messages);
      expect(found).toBe(expected);
      await watched.get('user:1');
      expect((await test.operations()).get('get')).toBe(1);
    });

    it('leaves the rejections that nobody handles as they were', async () => {
      const [without, within] = await unhandled(driver, redis.url);
      expect(without.length).toBeGreaterThan(0);
      expect(within).toEqual(without);
    });

    it('goes on when the server dies and comes back, again and again', { timeout: 60_000 }, async () => {
      const test = testMonitor();
      const own = await startRedis({ own: true });
      onTestFinished(() => own.stop());
      const handle = await driver.connect(own.url);
      onTestFinished(() => handle.close());
      monitorRedis(handle.client, { monitor: test.monitor });
      const listeners = handle.listeners();
      const admin = await driver.connect(own.url);
      onTestFinished(() => admin.close());
      const getMany = (): Promise<unknown>[] =>
        Array.from({ length: 400 }, (_, i) => handle.get(`user:${i}`).catch(() => {}));
      const round = async (number: number): Promise<void> => {
        const before = await count();
        const under = getMany();
        if (ONLY_RESTARTS || number % 8 === 0) {
          await own.kill();
          under.push(...getMany());
          await test.scrape();
          await own.restart();
        } else await vi.waitFor(() => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
        await Promise.all(under);
        await vi.waitFor(() => handle.get('user:1'), { timeout: 10_000, interval: 5 });
        await vi.waitFor(async () => expect(await count()).toBeGreaterThan(before), { interval: 5 });
        expect(await test.samples('cache_connections')).toEqual(['redis = 1']);
      };
      const count = async (): Promise<number> =>
        Number((await test.samples('cache_reconnects_total'))[0]?.split(' = ')[1] ?? 0);
      for (let i = 0; i < 5; i++) await round(i);
      const before = heapUsed();
      for (let i = 5; i < 20; i++) await round(i);
      // What 12,000 commands would leave behind, were they not forgotten.
      expect(heapUsed() - before).toBeLessThan(1_500_000);
      expect(handle.listeners()).toBe(listeners);
      expect(test.errors).toEqual([]);
      expect(await count()).toBeGreaterThanOrEqual(20);
      const missed = (await test.operations(['miss'])).get('get')!;
      for (let i = 0; i < 100; i++) await handle.get('user:1');
      expect((await test.operations(['miss'])).get('get')).toBe(missed + 100);
    });
  });
}

/** After everything that nobody holds was thrown away. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** Property names of the object itself and of what a view stands on. */
function ownKeys(client: object): unknown[] {
  const self = (client as { _self?: object })._self;
  return [Reflect.ownKeys(client), self === undefined ? [] : Reflect.ownKeys(self)];
}

/** A mixture with a known outcome; in waves, so that many are under way at once. */
async function sendMany(handle: RedisHandle, count: number, random: Seeded) {
  const sent = { hits: 0, misses: 0, errors: 0 };
  await handle.call('SET', 'here:1', 'x');
  await handle.call('LPUSH', 'list:1', 'x');
  let left = count;
  while (left > 0) {
    const wave: Promise<unknown>[] = [];
    for (let i = 0; i < Math.min(200, left); i++) {
      const dice = random.next();
      if (dice < 0.3) {
        sent.hits++;
        wave.push(handle.get('here:1'));
      } else if (dice < 0.5) {
        sent.misses++;
        wave.push(handle.get(`gone:${i}`));
      } else if (dice < 0.6) {
        sent.hits++;
        sent.misses++;
        wave.push(handle.call('MGET', 'here:1', 'gone:1'));
      } else if (dice < 0.7) wave.push(handle.call('SET', `new:${i}`, 'y'));
      else if (dice < 0.8) wave.push(handle.call('INCR', 'count:1'));
      else if (dice < 0.85) wave.push(handle.call('DEL', `new:${i}`));
      else if (dice < 0.9) {
        sent.errors++;
        wave.push(handle.get('list:1').catch(() => {}));
      } else if (dice < 0.95) {
        sent.hits++;
        wave.push(
          handle.transaction([
            ['GET', 'here:1'],
            ['INCR', 'count:1'],
          ]),
        );
      } else {
        sent.misses++;
        wave.push(
          handle.pipeline([
            ['GET', 'gone:1'],
            ['INCR', 'count:1'],
          ]),
        );
      }
    }
    await Promise.all(wave);
    left -= 200;
  }
  return sent;
}

/** The reasons of a process that leaves rejections unhandled: with a client as it is, then with one that is monitored. */
async function unhandled(driver: RedisDriver, url: string): Promise<[string[], string[]]> {
  const script = fileURLToPath(new URL('../../../packages/cache/test/unhandled.ts', import.meta.url));
  const child = fork(script, [driver.library, url]);
  const [found] = (await once(child, 'message')) as [[string[], string[]]];
  await once(child, 'exit');
  return found;
}
