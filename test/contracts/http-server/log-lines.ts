import { describe, expect, it } from 'vitest';
import { send, sendJson } from './client.ts';
import type { ServerDriver, TestRoute } from './driver.ts';
import { HandClock, startService } from './service.ts';

class OutOfStock extends Error {}

const ROUTES: readonly TestRoute[] = [
  { path: '/items/:id', handle: ({ params }) => ({ status: Number(params.id), body: 'item' }) },
  { path: '/rejects', handle: () => Promise.reject(new OutOfStock('none left')) },
  {
    path: '/throws',
    handle: () => {
      throw new OutOfStock('none left');
    },
  },
  { method: 'POST', path: '/json', handle: ({ body }) => ({ body }) },
];

/** What is written of a request, and what the options change. */
export function logContract(driver: ServerDriver): void {
  describe('log lines and options', () => {
    it.each([
      [200, 'INFO'],
      [302, 'INFO'],
      [404, 'WARNING'],
      [503, 'ERROR'],
    ])('writes one access line for a %i, at %s', async (status, level) => {
      const clock = new HandClock();
      const service = await startService(driver, { routes: ROUTES, options: { clock } });
      await send(service.port, `/items/${status}?secret=1`);
      await service.requests(1);
      expect(await service.lines('response')).toEqual([
        {
          timestamp: expect.any(String),
          level,
          service: 'test',
          environment: 'development',
          message: `GET /items/${status} ${status}`,
          correlation_id: expect.any(String),
          event_type: 'response',
          method: 'GET',
          path: `/items/${status}`,
          route: '/items/:id',
          status_code: status,
          duration_ms: 0,
          request_size_bytes: 0,
          response_size_bytes: 4,
        },
      ]);
      expect(service.allLines().filter((line) => line.event_type !== 'response')).toEqual([]);
    });

    it.each(['/throws', '/rejects'])('writes one error line for what a handler %s', async (path) => {
      const service = await startService(driver, { routes: ROUTES });
      await send(service.port, path);
      expect(await service.requests(1)).toEqual([`GET ${path} 500 = 1`]);
      expect(await service.samples('http_exceptions_total')).toEqual([`GET ${path} OutOfStock = 1`]);
      // The failure stands out once, by the line of its error.
      expect(await service.lines('response')).toMatchObject([{ level: 'INFO', status_code: 500 }]);
      const [line, ...others] = await service.lines('error');
      expect(others).toEqual([]);
      expect(line).toMatchObject({ level: 'ERROR', route: path, status_code: 500, message: `GET ${path} failed` });
      expect(JSON.stringify(line)).toContain('none left');
    });

    it('hides what stands in the path where the template names a secret', async () => {
      const routes = [{ path: '/reset/:token/of/:name', handle: () => ({ body: 'done' }) }];
      const service = await startService(driver, { routes });
      await send(service.port, '/reset/aB3dE6fG9/of/ann');
      const [line] = await service.lines('response');
      expect(line).toMatchObject({ path: '/reset/[REDACTED]/of/ann', route: '/reset/:token/of/:name' });
      expect(JSON.stringify(service.allLines())).not.toContain('aB3dE6fG9');
    });

    it('writes a warning for a body that cannot be parsed', async () => {
      const service = await startService(driver, { routes: ROUTES });
      const headers = { 'content-type': 'application/json' };
      await send(service.port, '/json', { method: 'POST', headers, body: '{"a"' });
      const [counted] = await service.requests(1);
      expect(counted).toMatch(/^POST (\/json|unmatched) 400 = 1$/);
      expect(await service.lines('error')).toMatchObject([{ level: 'WARNING', status_code: 400 }]);
    });

    it('warns of a slow request', async () => {
      const clock = new HandClock();
      const wait = (ms: number): TestRoute => ({
        path: `/wait/${ms}`,
        handle: () => {
          clock.advance(ms);
          return { body: 'waited' };
        },
      });
      const service = await startService(driver, {
        routes: [wait(499), wait(500)],
        options: { clock, slowRequestMs: 500 },
      });
      await send(service.port, '/wait/499');
      await send(service.port, '/wait/500');
      expect(await service.lines('response', 2)).toMatchObject([{ duration_ms: 499 }, { duration_ms: 500 }]);
      expect(await service.lines('performance')).toMatchObject([
        { level: 'WARNING', route: '/wait/500', duration_ms: 500, threshold_ms: 500 },
      ]);
    });

    it('says at debug level when a request began', async () => {
      const service = await startService(driver, { routes: ROUTES, options: { logLevel: 'DEBUG' } });
      const { headers } = await send(service.port, '/items/200');
      expect(await service.lines('request')).toMatchObject([
        { level: 'DEBUG', path: '/items/200', correlation_id: headers['x-correlation-id'] },
      ]);
    });

    it('ignores paths, also by prefix, but for their context', async () => {
      const ignorePaths = ['/items/200', '/static/*'];
      const service = await startService(driver, { routes: ROUTES, options: { ignorePaths } });
      const { headers } = await send(service.port, '/items/200');
      await send(service.port, '/static/a/b.js');
      await send(service.port, '/items/201');
      await send(service.port, '/static');
      expect(headers['x-correlation-id']).toBeDefined();
      expect(await service.requests(2)).toEqual(['GET /items/:id 201 = 1', 'GET unmatched 404 = 1']);
      expect((await service.lines('response', 2)).map((line) => line.path)).toEqual(['/items/201', '/static']);
    });

    it('groups status codes', async () => {
      const service = await startService(driver, { routes: ROUTES, options: { groupStatus: true } });
      for (const status of [200, 204, 404, 503]) await send(service.port, `/items/${status}`);
      expect(await service.requests(4)).toEqual([
        'GET /items/:id 2xx = 2',
        'GET /items/:id 4xx = 1',
        'GET /items/:id 5xx = 1',
      ]);
    });

    it('has labels of the user, bounded and guarded', async () => {
      const failures: string[] = [];
      const service = await startService(driver, {
        routes: ROUTES,
        options: {
          accessLog: false,
          onError: (_error, component) => failures.push(component),
          labels: {
            tenant: (request) => request.headers['x-tenant'] as string | undefined,
            broken: () => {
              throw new Error('no label');
            },
          },
        },
      });
      for (let i = 0; i < 150; i++) await send(service.port, '/items/200', { headers: { 'x-tenant': `t${i}` } });
      await send(service.port, '/items/200');
      const samples = await service.requests(151);
      expect(samples).toHaveLength(102);
      expect(samples).toContain('GET /items/:id 200 t0 = 1');
      expect(samples).toContain('GET /items/:id 200 other = 50');
      expect(samples).toContain('GET /items/:id 200 = 1');
      expect(failures).toHaveLength(151);
    });

    it('writes no access line where that is turned off, but errors and slow requests', async () => {
      const service = await startService(driver, { routes: ROUTES, options: { accessLog: false } });
      await send(service.port, '/items/200');
      await send(service.port, '/throws');
      await service.requests(2);
      expect(await service.lines('error')).toHaveLength(1);
      expect(service.allLines()).toHaveLength(1);
    });

    it('counts and logs once where it is put on the application twice', async () => {
      const service = await startService(driver, { routes: ROUTES, times: 2 });
      await sendJson(service.port, '/json', { a: 1 });
      await send(service.port, '/throws');
      expect(await service.requests(2)).toEqual(['GET /throws 500 = 1', 'POST /json 200 = 1']);
      expect(await service.lines('response', 2)).toHaveLength(2);
      expect(await service.lines('error')).toHaveLength(1);
    });
  });
}
