import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultMonitor } from 'telltale';
import { createApp } from './app.ts';
import { type Database, openDatabase } from './database.ts';
import { OrderEvents } from './order-events.ts';
import { checkPort, listen } from './port.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import type { Settings } from './settings.ts';
import type { TrafficOptions } from './traffic.ts';

/** The running shop. */
export interface Shop {
  readonly url: string;
  /** The folder of the embedded Postgres; `undefined` with a Postgres of yours. */
  readonly postgresFolder: string | undefined;
  /** Stops every part, the last started first. */
  stop(): Promise<void>;
}

/**
 * Brings up database, service and traffic. When one of them fails, those before it are stopped.
 *
 * @throws {Error} whose message says what to do.
 */
export async function startShop(settings: Settings, random?: () => number): Promise<Shop> {
  const { port, host, logLevel } = settings;
  await checkPort(port, host);

  await using parts = new AsyncDisposableStack();
  const postgres = settings.databaseUrl === undefined ? await startPostgres() : undefined;
  parts.defer(() => postgres?.stop());

  const database = await openDatabase(settings.databaseUrl ?? postgres!.url);
  parts.defer(() => close(database));

  const events = new OrderEvents();
  const server = createServer(createApp({ database, events, logLevel, random }));
  parts.defer(() => defaultMonitor().close());
  await listen(server, port, host);
  parts.defer(() => finish(server, events));
  const url = addressOf(server);

  if (settings.traffic > 0) parts.defer(sendTraffic({ baseUrl: url, requestsPerSecond: settings.traffic }));

  const running = parts.move();
  return { url, postgresFolder: postgres?.folder, stop: () => running.disposeAsync() };
}

/** Starts the traffic's process; the answer ends it. */
function sendTraffic(options: TrafficOptions): () => Promise<void> {
  const child = fork(fileURLToPath(new URL('./traffic/process.ts', import.meta.url)), [JSON.stringify(options)], {
    execArgv: [],
  });
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  };
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
