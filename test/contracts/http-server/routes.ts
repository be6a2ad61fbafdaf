import { describe, expect, it } from 'vitest';
import { RawConnection, send } from './client.ts';
import type { ServerDriver, TestRoute } from './driver.ts';
import { startService } from './service.ts';

const ROUTES: readonly TestRoute[] = [
  { path: '/items/:id', handle: ({ params }) => ({ body: { id: params.id } }) },
  { path: '/orders/:order', prefix: '/teams/:team', handle: ({ params }) => ({ body: params }) },
  { path: '/', handle: () => ({ body: 'root' }) },
  { path: '/', prefix: '/teams/:team', handle: () => ({ body: 'team' }) },
  { path: '/sink', method: 'POST', handle: () => ({ status: 201, body: 'kept' }) },
  { path: '/broken', handle: () => Promise.reject(new TypeError('broken')) },
];

/** Which route, method and status a request is counted under. */
export function routeContract(driver: ServerDriver): void {
  describe('routes', () => {
    it.each([
      ['GET', '/items/7', 'GET /items/:id 200'],
      ['GET', '/items/7?page=2#x', 'GET /items/:id 200'],
      ['GET', '/items/a%20b', 'GET /items/:id 200'],
      ['GET', '/teams/9/orders/1', 'GET /teams/:team/orders/:order 200'],
      ['GET', '/teams/9', 'GET /teams/:team 200'],
      ['GET', '/', 'GET / 200'],
      ['GET', '/?q=1', 'GET / 200'],
      ['POST', '/sink', 'POST /sink 201'],
      ['HEAD', '/items/7', 'HEAD /items/:id 200'],
      ['GET', '/broken', 'GET /broken 500'],
      ['GET', '/nothing/here', 'GET unmatched 404'],
      ['HEAD', '/nothing/here', 'HEAD unmatched 404'],
      ['DELETE', '/items/7', 'DELETE unmatched 404'],
      ['PROPFIND', '/items/7', 'other unmatched 404'],
    ])('counts %s %s as %s', async (method, path, counted) => {
      const service = await startService(driver, { routes: ROUTES });
      await send(service.port, path, { method });
      expect(await service.requests(1)).toEqual([`${counted} = 1`]);
    });

    it('counts a path that cannot be decoded as one request with a client error', async () => {
      const service = await startService(driver, { routes: ROUTES });
      const { status } = await send(service.port, '/items/%E0%A4%A');
      expect(status).toBe(400);
      const [counted, ...others] = await service.requests(1);
      expect(counted).toMatch(/^GET (\/items\/:id|unmatched) 400 = 1$/);
      expect(others).toEqual([]);
    });

    it('keeps interleaved requests apart', async () => {
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const wait: TestRoute = { path: '/wait/:id', handle: () => gate.then(() => ({ body: 'waited' })) };
      const service = await startService(driver, { routes: [...ROUTES, wait] });
      const waiting = [send(service.port, '/wait/1'), send(service.port, '/wait/2')];
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => send(service.port, i % 2 ? `/items/${i}` : `/teams/${i}`)),
      );
      release();
      await Promise.all(waiting);
      expect(await service.requests(22)).toEqual([
        'GET /items/:id 200 = 10',
        'GET /teams/:team 200 = 10',
        'GET /wait/:id 200 = 2',
      ]);
    });

    it('adds a handful of series for thousands of unknown paths, methods and header values', async () => {
      const service = await startService(driver, { routes: ROUTES, options: { accessLog: false } });
      await send(service.port, '/nothing');
      await service.requests(1);
      const before = (await service.scrape()).split('\n').length;
      const methods = ['GET', 'PROPFIND', 'MKCOL', 'LOCK', 'PURGE', 'REPORT'];
      const headers = ['host', 'x-request-id', 'x-correlation-id', 'user-agent', 'traceparent'];
      const connection = new RawConnection(service.port);
      for (let batch = 0; batch < 100; batch++) {
        const requests = Array.from({ length: 100 }, (_, i) => {
          const id = `${batch}-${i}`;
          const head = headers.map((header) => `${header}: ${id}\r\n`).join('');
          return `${methods[i % methods.length]} /x/${id}/?${id} HTTP/1.1\r\n${head}content-length: 0\r\n\r\n`;
        });
        connection.received = '';
        connection.socket.write(requests.join(''));
        await connection.until('HTTP/1.1 404', requests.length);
      }
      connection.reset();
      await service.requests(10_001);
      // The label sets `other` and 404, and GET's: each with its counter and its histograms.
      expect((await service.scrape()).split('\n').length - before).toBeLessThan(80);
    }, 60_000);
  });
}
