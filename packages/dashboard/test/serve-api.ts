import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMonitor } from '@telltale/core';
import { createQueryEngine, MemorySource, type QueryEngine, type SeriesSource } from '@telltale/promql';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import type { QueryApiOptions } from '../src/api/options.ts';
import { queryApi } from '../src/api/query-api.ts';

/** A server that answers by the API, gone when the test is over. */
interface TestApi {
  /** Its address, up to the endpoints' names. */
  readonly base: string;
  readonly server: Server;
  /** What was given to `onError`. */
  readonly failures: readonly unknown[];
}

/** What middleware does with a request before the API has it. */
type Before = (request: IncomingMessage) => Promise<void> | void;

/** Serves the API over an engine. */
export async function serveApi(engine: QueryEngine, options: QueryApiOptions = {}, before?: Before): Promise<TestApi> {
  const failures: unknown[] = [];
  const onError = (error: unknown) => void failures.push(error);
  const monitor = createMonitor({ registry: new Registry(), logLevel: 'CRITICAL', onError }, {});
  const api = queryApi(engine, { monitor, ...options });
  const server = createServer(async (request, response) => {
    await before?.(request);
    void api.answer(request, response, request.url!.split('?')[0]!);
  }).listen(0, '127.0.0.1');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await monitor.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}/telltale/api/v1`, server, failures };
}

/** An engine over `count` series `x{n="0"}` and so on, each with so many samples, a second apart. */
export function engineOf(count: number, samples = 3): QueryEngine {
  const source = new MemorySource();
  for (let index = 0; index < count; index++) {
    for (let at = 0; at < samples; at++) source.append({ __name__: 'x', n: String(index) }, at * 1000, index + at);
  }
  return createQueryEngine(source);
}

/** A source that answers when it is told to, and says when it is asked and when it is let go. */
export function heldSource() {
  const asked: { release: () => void; signal: AbortSignal | undefined }[] = [];
  let onAsked = () => {};
  const source: SeriesSource = {
    select: (_matchers, _from, _to, signal) =>
      new Promise((resolve) => {
        asked.push({ release: () => resolve([]), signal });
        onAsked();
      }),
  };
  const until = async (count: number) => {
    while (asked.length < count) {
      await new Promise<void>((resolve) => {
        onAsked = resolve;
      });
    }
  };
  return { engine: createQueryEngine(source), asked, until };
}

/** The answer's JSON, whatever its status. */
export async function json(address: string, init?: RequestInit) {
  return (await (await fetch(address, init)).json()) as { readonly status: string; readonly data?: unknown };
}
