/** A process that leaves rejections unhandled, unmonitored and then monitored: `node unhandled.ts <library> <url>`. */
import { setImmediate as turn } from 'node:timers/promises';
import { createMonitor } from '@telltale/core';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { Registry } from 'prom-client';
import { createClient } from 'redis';
import { createClient as createClient5 } from 'redis5';
import { monitorRedis } from '../src/monitor-redis.ts';

const [library, url = ''] = process.argv.slice(2);
let reasons: string[] = [];
process.on('unhandledRejection', (reason) => reasons.push((reason as Error).message));

const monitor = createMonitor({ registry: new Registry(), defaultMetrics: false });
const found = [await failUnhandled(false), await failUnhandled(true)];
process.send?.(found, () => process.exit());

async function failUnhandled(monitored: boolean): Promise<string[]> {
  reasons = [];
  if (library === 'ioredis' || library === 'ioredis5') await failWithIoredis(monitored);
  else await failWithNodeRedis(monitored);
  await turn();
  await turn();
  return reasons;
}

async function failWithIoredis(monitored: boolean): Promise<void> {
  const client = (library === 'ioredis' ? new Redis(url) : new Redis5(url)) as Redis;
  if (monitored) monitorRedis(client, { monitor });
  await client.del('list:1');
  await client.lpush('list:1', 'x');
  void client.get('list:1');
  void client.call('GET', 'list:1');
  void client.pipeline().get('list:1').exec();
  void client.multi().get('list:1').exec();
  client.get('list:1', () => {});
  client.defineCommand('broken', { numberOfKeys: 1, lua: "return redis.call('GET', KEYS[1])" });
  void (client as unknown as { broken(key: string): Promise<unknown> }).broken('list:1');
  const handled = client.get('list:1');
  handled.catch(() => {});
  await client.ping();
  client.disconnect();
}

async function failWithNodeRedis(monitored: boolean): Promise<void> {
  const client = (library === 'redis' ? createClient({ url }) : createClient5({ url })) as ReturnType<
    typeof createClient
  >;
  client.on('error', () => {});
  if (monitored) monitorRedis(client, { monitor });
  await client.connect();
  await client.del('list:1');
  await client.lPush('list:1', 'x');
  void client.get('list:1');
  void client.sendCommand(['GET', 'list:1']);
  void client.multi().get('list:1').exec();
  void client.multi().get('list:1').execAsPipeline();
  const handled = client.sendCommand(['GET', 'list:1']);
  handled.catch(() => {});
  await client.ping();
  client.destroy();
}
