import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultMonitor } from 'telltale';
import { createApp } from './app.ts';
import { openCatalogue } from './catalogue.ts';
import { startChild } from './child-process.ts';
import { type Database, openDatabase } from './database.ts';
import { openJobs } from './jobs.ts';
import { openModels } from './models.ts';
import { OrderEvents } from './order-events.ts';
import { checkPort, listen } from './port.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import { checkRedis } from './redis.ts';
import type { Settings } from './settings.ts';
import { reportSpend } from './spend.ts';
import type { TrafficOptions } from './traffic.ts';
import type { WorkerOptions } from './worker/process.ts';

/** The running shop. */
export interface Shop {
  readonly url: string;
  /** The folder of the embedded Postgres; `undefined` with a Postgres of yours. */
  readonly postgresFolder: string | undefined;
  /** Stops every part, the last started first. */
  stop(): Promise<void>;
}

/**
 * Brings up database, models, worker, service and traffic. When one of them fails, those before it are stopped.
 *
 * @throws {Error} whose message says what to do.
 */
export async function startShop(settings: Settings, random?: () => number): Promise<Shop> {
  const { port, host, logLevel, redisUrl } = settings;
  await checkPort(port, host);

  await using parts = new AsyncDisposableStack();
  const postgres = settings.databaseUrl === undefined ? await startPostgres() : undefined;
  parts.defer(() => postgres?.stop());

  if (redisUrl !== undefined) await checkRedis(redisUrl);
  const folder = postgres?.folder ?? (await mkdtemp(join(tmpdir(), 'telltale-shop-')));
  if (postgres === undefined) parts.defer(() => rm(folder, { recursive: true }));
  const memory = join(folder, 'history.db');
  const databaseUrl = settings.databaseUrl ?? postgres!.url;
  const database = await openDatabase(databaseUrl);
  parts.defer(() => close(database));

  const modelServer = await startChild(new URL('./model-server/process.ts', import.meta.url), {});
  parts.defer(() => modelServer.stop());
  const modelsUrl = modelServer.said as string;

  const jobs = openJobs({ redisUrl, databaseUrl });
  parts.defer(() => jobs.close());
  const worker = await startChild(new URL('./worker/process.ts', import.meta.url), {
    redisUrl,
    databaseUrl,
    modelsUrl,
    memory,
    logLevel,
    metricsPort: port === 0 ? 0 : port + 1,
  } satisfies WorkerOptions);
  parts.defer(() => worker.stop());

  const catalogue = openCatalogue(database, redisUrl);
  parts.defer(() => catalogue.close());
  const models = openModels(modelsUrl);

  const events = new OrderEvents();
  const server = createServer(createApp({ database, catalogue, jobs, models, events, memory, logLevel, random }));
  parts.defer(() => defaultMonitor().close());
  await listen(server, port, host);
  parts.defer(() => finish(server, events));
  const url = addressOf(server);
  parts.defer(reportSpend());

  if (settings.traffic > 0) {
    const options: TrafficOptions = { baseUrl: url, requestsPerSecond: settings.traffic };
    const traffic = await startChild(new URL('./traffic/process.ts', import.meta.url), options);
    parts.defer(() => traffic.stop());
  }

  const running = parts.move();
  return { url, postgresFolder: postgres?.folder, stop: () => running.disposeAsync() };
}

/** Takes no more requests, ends the event feeds, and gives the rest a second. */
async function finish(server: Server, events: OrderEvents): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  events.emit('end');
  await Promise.race([closed, delay(1_000)]);
  server.closeAllConnections();
  await closed;
}

/** A query that nobody waits for any more does not hold the end up. */
async function close(database: Database): Promise<void> {
  await Promise.race([database.end(), delay(500)]);
}

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(address) ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
