import { createClient, createClientPool, createSentinel, RESP_TYPES } from 'redis';
import { createClient as createClient5, createClientPool as createPool5 } from 'redis5';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type TestMonitor, testMonitor } from '../../../test/contracts/cache/kit.ts';
import { startRedis, type TestRedis } from '../../../test/servers/redis.ts';
import { monitorRedis } from './monitor-redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis({ own: true });
});
afterAll(() => server.stop());

const VERSIONS = [
  ['node-redis 6', createClient, createClientPool],
  ['node-redis 5', createClient5 as unknown as typeof createClient, createPool5 as unknown as typeof createClientPool],
] as const;

describe.each(VERSIONS)('%s', (_, create, createPool) => {
  async function open(test: TestMonitor, options: object = {}) {
    const client = create({ url: server.url, ...options });
    client.on('error', () => {});
    monitorRedis(client, { monitor: test.monitor });
    await client.connect();
    onTestFinished(() => client.destroy());
    return client;
  }

  it('sees what goes through the views of a client, made before or after', async () => {
    const test = testMonitor();
    const client = create({ url: server.url });
    client.on('error', () => {});
    const before = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    monitorRedis(client, { monitor: test.monitor });
    await client.connect();
    onTestFinished(() => client.destroy());
    await client.set('user:1', 'ann');
    expect(await before.get('user:1')).toEqual(Buffer.from('ann'));
    expect(await client.asap().get('user:1')).toBe('ann');
    expect(await test.samples('cache_hits_total')).toEqual(['redis user = 2']);
    expect(monitorRedis(before, { monitor: test.monitor })).toBe(before);
  });

  it('keeps the listeners of the client over the end of monitoring', async () => {
    const test = testMonitor();
    const client = create({ url: server.url, socket: { reconnectStrategy: () => 10 } });
    monitorRedis(client, { monitor: test.monitor });
    const failures: unknown[] = [];
    client.on('error', (error) => failures.push(error));
    await client.connect();
    onTestFinished(() => client.destroy());
    await test.monitor.close();
    client.emit('error', new Error('later'));
    expect(failures).toHaveLength(1);
  });

  it('counts a failed connection by its code', async () => {
    const test = testMonitor();
    const client = create({ url: 'redis://127.0.0.1:1', socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    monitorRedis(client, { monitor: test.monitor });
    await expect(client.connect()).rejects.toThrow('ECONNREFUSED');
    await expect(client.get('user:1')).rejects.toThrow('closed');
    expect(await test.samples('cache_errors_total')).toEqual(['redis ClientClosedError = 1', 'redis ECONNREFUSED = 1']);
  });

  it('counts as aborted what a changed key kept from being done', async () => {
    const test = testMonitor();
    const client = await open(test);
    const other = await open(testMonitor());
    await client.watch('user:1');
    await other.set('user:1', 'changed');
    await expect(client.multi().get('user:1').exec()).rejects.toThrow('watched keys has been changed');
    expect(await test.samples('cache_operations_total')).toEqual([
      'redis exec ok = 1',
      'redis get aborted = 1',
      'redis multi ok = 1',
      'redis watch ok = 1',
    ]);
  });

  it('counts one error of a pipeline that fails, and its commands as aborted', async () => {
    const test = testMonitor();
    const client = await open(test);
    await client.del('list:1');
    await client.lPush('list:1', 'x');
    await expect(client.multi().get('list:1').get('user:9').execAsPipeline()).rejects.toThrow('WRONGTYPE');
    expect(await test.samples('cache_errors_total')).toEqual(['redis WRONGTYPE = 1']);
    expect((await test.operations(['aborted'])).get('get')).toBe(2);
  });

  it('refuses a Sentinel client', () => {
    const sentinel = createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] });
    expect(() => monitorRedis(sentinel)).toThrow('[telltale] [cache] monitorRedis was given something');
  });

  it('speaks RESP3', async () => {
    const test = testMonitor();
    const client = await open(test, { RESP: 3 });
    await client.del('cart:1');
    await client.hSet('cart:1', { apples: '2' });
    expect(await client.hGetAll('cart:1')).toEqual({ apples: '2' });
    expect(await client.hGetAll('cart:2')).toEqual({});
    expect(await client.sMembers('set:1')).toEqual([]);
    expect(await test.samples('cache_hits_total')).toEqual(['redis cart = 1']);
    expect(await test.samples('cache_misses_total')).toEqual(['redis cart = 1', 'redis set = 1']);
    expect(await test.samples('cache_entries')).toHaveLength(1);
  });

  it('observes the clients of a pool as they are used', async () => {
    const test = testMonitor();
    const pool = createPool({ url: server.url }, { minimum: 2, maximum: 4 });
    pool.on('error', () => {});
    expect(monitorRedis(pool, { monitor: test.monitor })).toBe(pool);
    await pool.connect();
    onTestFinished(() => pool.destroy());
    await pool.set('user:1', 'ann');
    await Promise.all(Array.from({ length: 20 }, () => pool.get('user:1')));
    expect(await pool.multi().get('user:1').exec()).toEqual(['ann']);
    expect(await pool.execute((client) => client.get('user:1'))).toBe('ann');
    expect(await test.samples('cache_hits_total')).toEqual(['redis user = 22']);
    const [connections] = await test.samples('cache_connections');
    expect(Number(connections?.split(' = ')[1])).toBeGreaterThanOrEqual(2);
    expect(test.errors).toEqual([]);
  });
});
