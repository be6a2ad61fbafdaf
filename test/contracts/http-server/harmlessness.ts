import type { Operation } from '@telltale/core';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { RawConnection, send } from './client.ts';
import type { ServerDriver, TestRoute } from './driver.ts';
import { HandClock, startService } from './service.ts';

const broken = (): never => {
  throw new Error('broken on purpose');
};

const ROUTES: readonly TestRoute[] = [
  { path: '/items/:id', handle: ({ params }) => ({ body: params }) },
  { method: 'POST', path: '/echo', handle: ({ body }) => ({ body }) },
  { path: '/throws', handle: broken },
];

/** What the service does not notice, and what listeners are told. */
export function harmlessnessContract(driver: ServerDriver): void {
  describe('harmlessness', () => {
    it('serves on when the clock breaks', async () => {
      const clock = new HandClock();
      let isBroken = false;
      const monotonic = (): number => (isBroken ? broken() : clock.monotonic());
      const service = await startService(driver, { routes: ROUTES, options: { clock: { ...clock, monotonic } } });
      isBroken = true;
      expect((await send(service.port, '/items/1')).text).toBe('{"id":"1"}');
      expect((await send(service.port, '/throws')).status).toBe(500);
      isBroken = false;
      expect((await send(service.port, '/items/1')).status).toBe(200);
      expect(await service.requests(1)).toContain('GET /items/:id 200 = 1');
    });

    it('serves on when the clock breaks in the middle of a request', async () => {
      const clock = new HandClock();
      let isBroken = false;
      const monotonic = (): number => (isBroken ? broken() : clock.monotonic());
      const breaking: TestRoute = {
        path: '/breaking',
        handle: () => {
          isBroken = true;
          return { body: 'whole' };
        },
      };
      const service = await startService(driver, { routes: [breaking], options: { clock: { ...clock, monotonic } } });
      expect((await send(service.port, '/breaking')).text).toBe('whole');
      expect(await service.requests(0)).toEqual([]);
    });

    it('serves on when labels, listeners and onError all throw', async () => {
      const service = await startService(driver, {
        routes: ROUTES,
        options: { onError: broken, labels: { broken } },
      });
      service.monitor.operations.subscribe({ onStart: broken, onEnd: broken });
      expect((await send(service.port, '/items/1')).status).toBe(200);
      expect((await send(service.port, '/throws')).status).toBe(500);
      expect(await service.requests(2)).toEqual(['GET /items/:id 200 = 1', 'GET /throws 500 = 1']);
      const [failures] = await service.samples('telltale_internal_errors_total');
      expect(failures).toMatch(/^http = 2$/);
    });

    it('serves on when the logger breaks, and still tells listeners', async () => {
      const service = await startService(driver, { routes: ROUTES });
      const over: Operation[] = [];
      service.monitor.operations.subscribe({ onEnd: (operation) => over.push(operation) });
      Object.assign(service.monitor.logger, { info: broken, warning: broken, error: broken });
      expect((await send(service.port, '/items/1')).status).toBe(200);
      expect((await send(service.port, '/throws')).status).toBe(500);
      expect(await service.requests(2)).toEqual(['GET /items/:id 200 = 1', 'GET /throws 500 = 1']);
      expect(over).toHaveLength(2);
    });

    it('serves on when the registry breaks', async () => {
      const registry = new Registry();
      const service = await startService(driver, { routes: ROUTES, options: { registry } });
      Object.assign(registry, { getMetricsAsArray: broken, getSingleMetric: broken, registerMetric: broken });
      expect((await send(service.port, '/items/1')).status).toBe(200);
      expect((await send(service.port, '/throws')).status).toBe(500);
      const { status, text } = await send(service.port, '/metrics');
      expect([status, text]).toEqual([500, 'The page could not be written.\n']);
    });

    it.each([
      ['frozen headers', (request: { headers: object }) => Object.freeze(request.headers)],
      [
        'headers without a prototype and of odd values',
        (request: { headers: object }) => {
          Object.defineProperty(request, 'headers', {
            value: Object.assign(Object.create(null), { 'x-request-id': 5, traceparent: ['a'], baggage: {} }),
          });
        },
      ],
    ])('serves a request with %s', async (_name, before) => {
      const service = await startService(driver, { routes: ROUTES, before });
      expect((await send(service.port, '/items/1')).status).toBe(200);
      expect(await service.requests(1)).toEqual(['GET /items/:id 200 = 1']);
    });

    it('counts an error that cannot be read', async () => {
      const unreadable = new Set<PropertyKey>(['cause', 'constructor', 'message', 'name']);
      const hostile = new Proxy(new Error('hostile'), { get: (_error, key) => unreadable.has(key) && broken() });
      const torn: TestRoute = {
        path: '/torn',
        raw: (_request, response) => response.destroy(hostile),
      };
      const service = await startService(driver, { routes: [torn] });
      await new RawConnection(service.port).write('GET /torn HTTP/1.1', 'host: x').untilClosed();
      expect(await service.requests(1)).toEqual(['GET /torn 500 = 1']);
      expect(await service.samples('http_exceptions_total')).toEqual(['GET /torn other = 1']);
    });

    it('does nothing at all where it is disabled', async () => {
      const own: { write: boolean; end: boolean; writeHead: boolean }[] = [];
      const look: TestRoute = {
        path: '/look',
        raw: (_request, response) => {
          const isOwn = (name: string): boolean => Object.hasOwn(response, name);
          own.push({ write: isOwn('write'), end: isOwn('end'), writeHead: isOwn('writeHead') });
          response.end('looked');
        },
      };
      const service = await startService(driver, { routes: [look], options: { enabled: false } });
      const { text, headers } = await send(service.port, '/look');
      expect(text).toBe('looked');
      expect(headers).not.toHaveProperty('x-correlation-id');
      expect(own).toEqual([{ write: false, end: false, writeHead: false }]);
      expect((await send(service.port, '/metrics')).status).toBe(404);
      expect(await service.scrape()).not.toContain('http_');
      expect(service.allLines()).toEqual([]);
    });

    it('tells listeners of each request once, with its route, status and outcome', async () => {
      const clock = new HandClock();
      const hold: TestRoute = { path: '/hold', raw: () => {} };
      const timed: TestRoute = {
        path: '/timed/:id',
        handle: () => {
          clock.advance(250);
          return { status: 202, body: 'abc' };
        },
      };
      const service = await startService(driver, { routes: [...ROUTES, hold, timed], options: { clock } });
      const begun: Operation[] = [];
      const over: Operation[] = [];
      const end = service.monitor.operations.subscribe({
        onStart: (operation) => begun.push(operation),
        onEnd: (operation) => over.push(operation),
      });
      const { headers } = await send(service.port, '/timed/1');
      await send(service.port, '/throws');
      await send(service.port, '/missing');
      const connection = new RawConnection(service.port).write('GET /hold HTTP/1.1', 'host: x');
      await service.inFlight(1);
      connection.reset();
      await service.requests(4);
      end();
      await send(service.port, '/items/1');
      await service.requests(5);

      expect(over).toEqual(begun);
      expect(over.map(({ name, outcome, attributes }) => [name, outcome, attributes.status_code])).toEqual([
        ['/timed/:id', 'ok', 202],
        ['/throws', 'error', 500],
        ['unmatched', 'ok', 404],
        ['/hold', 'aborted', 499],
      ]);
      expect(over[0]).toMatchObject({
        kind: 'http',
        durationMs: 250,
        context: { correlationId: headers['x-correlation-id'] },
        attributes: { method: 'GET', path: '/timed/1', request_size_bytes: 0, response_size_bytes: 3 },
      });
      expect(String(over[1]!.error)).toContain('broken on purpose');
    });
  });
}
