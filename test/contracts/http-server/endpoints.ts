import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { send } from './client.ts';
import type { ServerDriver, TestRoute } from './driver.ts';
import { startService } from './service.ts';

const ROUTES: readonly TestRoute[] = [{ path: '/items/:id', handle: () => ({ body: 'item' }) }];

/** What Telltale itself answers. */
export function endpointContract(driver: ServerDriver): void {
  describe('endpoints', () => {
    it('serves metrics, of everything but the scrapes', async () => {
      const service = await startService(driver, { routes: ROUTES });
      await send(service.port, '/items/1');
      await service.requests(1);
      const { status, headers, text } = await send(service.port, '/metrics?x=1');
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
      expect(text).toContain('http_requests_total{method="GET",route="/items/:id",status_code="200",service="test"} 1');
      expect(await service.requests(1)).toEqual(['GET /items/:id 200 = 1']);
      expect(await service.lines('response')).toHaveLength(1);
    });

    it('serves OpenMetrics and gzip to who asks for them', async () => {
      const service = await startService(driver, { routes: ROUTES });
      await send(service.port, '/items/1');
      await service.requests(1);
      const accept = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5';
      const { headers, body } = await send(service.port, '/metrics', {
        headers: { accept, 'accept-encoding': 'gzip' },
      });
      expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
      expect(headers['content-encoding']).toBe('gzip');
      expect(headers.vary).toBe('accept, accept-encoding');
      expect(gunzipSync(body).toString()).toMatch(/http_requests_total\{[^}]*\} 1\n.*# EOF\n$/s);
    });

    it.each([
      ['/health', { status: 'healthy', service: 'test', version: '1' }],
      ['/ready', { status: 'ready', service: 'test', version: '1' }],
      ['/live', { status: 'alive' }],
    ])('answers on %s', async (path, body) => {
      const service = await startService(driver, { routes: ROUTES });
      const { status, headers, text } = await send(service.port, path);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      expect(JSON.parse(text)).toMatchObject(body);
    });

    it('is not ready once it is closing, and alive still', async () => {
      const service = await startService(driver, { routes: ROUTES });
      await service.monitor.close();
      const statuses = await Promise.all(['/ready', '/health', '/live'].map((path) => send(service.port, path)));
      expect(statuses.map(({ status }) => status)).toEqual([503, 503, 200]);
    });

    it.each(['/metrics', '/health'])('answers HEAD on %s with the head alone', async (path) => {
      const service = await startService(driver, { routes: ROUTES });
      const { status, headers, body } = await send(service.port, path, { method: 'HEAD' });
      expect(status).toBe(200);
      expect(Number(headers['content-length'])).toBeGreaterThan(0);
      expect(body).toHaveLength(0);
    });

    it.each(['POST /metrics', 'GET /metrics/', 'GET /healthy'])('leaves %s to the service', async (request) => {
      const service = await startService(driver, { routes: ROUTES });
      const [method = '', path = ''] = request.split(' ');
      const { status } = await send(service.port, path, { method });
      expect(status).toBe(404);
      expect(await service.requests(1)).toEqual([`${method} unmatched 404 = 1`]);
    });

    it('leaves its paths to routes of the service, but not to a route that takes any path', async () => {
      const theirs = (path: string): TestRoute => ({ path, handle: () => ({ body: 'theirs' }) });
      const nested: TestRoute = { path: '/ready', prefix: '/', handle: () => ({ body: 'theirs' }) };
      const service = await startService(driver, { routes: [theirs('/health'), theirs('/metrics'), nested] });
      const answers = await Promise.all(
        ['/health', '/metrics', '/ready', '/live'].map((path) => send(service.port, path)),
      );
      expect(answers.slice(0, 3).map(({ text }) => text)).toEqual(['theirs', 'theirs', 'theirs']);
      expect(JSON.parse(answers[3]!.text)).toMatchObject({ status: 'alive' });
      expect(await service.requests(3)).toEqual(['GET /health 200 = 1', 'GET /metrics 200 = 1', 'GET /ready 200 = 1']);
    });

    it('asks for the token at /metrics, and nowhere else', async () => {
      const service = await startService(driver, {
        routes: ROUTES,
        options: { token: 'open sesame'.replace(' ', '-') },
      });
      const ask = (authorization?: string) =>
        send(service.port, '/metrics', { headers: authorization === undefined ? {} : { authorization } });
      const refused = await ask();
      expect(refused.status).toBe(401);
      expect(refused.headers['www-authenticate']).toBe('Bearer realm="telltale"');
      expect(refused.text).not.toContain('sesame');
      expect((await ask('Bearer open-sesam')).status).toBe(401);
      expect((await ask('Basic open-sesame')).status).toBe(401);
      expect((await ask('bearer open-sesame')).status).toBe(200);
      expect((await send(service.port, '/health')).status).toBe(200);
    });

    it('serves metrics on a port of their own, and not on the service’s', async () => {
      const service = await startService(driver, { routes: ROUTES, options: { metricsPort: 0 } });
      const [started] = await service.lines('system');
      const port = started!.metrics_port as number;
      expect((await send(port, '/metrics')).text).toContain('http_requests_in_flight');
      expect((await send(port, '/ready')).status).toBe(200);
      expect((await send(port, '/items/1')).status).toBe(404);
      expect((await send(service.port, '/metrics')).status).toBe(404);
      expect((await send(service.port, '/health')).status).toBe(200);
      await service.monitor.close();
      await expect(send(port, '/metrics')).rejects.toThrow('ECONNREFUSED');
    });

    it('serves them on one address alone where that is wished', async () => {
      const service = await startService(driver, {
        routes: ROUTES,
        options: { metricsPort: 0, metricsHost: '127.0.0.1' },
      });
      const [started] = await service.lines('system');
      expect((await fetch(`http://127.0.0.1:${started!.metrics_port}/metrics`)).status).toBe(200);
      // Another address of the same machine.
      await expect(fetch(`http://127.0.0.2:${started!.metrics_port}/metrics`)).rejects.toThrow('fetch failed');
    });

    it('goes on without a port that cannot be had', async () => {
      const other = await startService(driver, { routes: ROUTES });
      const failures: unknown[] = [];
      const service = await startService(driver, {
        routes: ROUTES,
        options: { metricsPort: other.port, onError: (error) => failures.push(error) },
      });
      await service.lines('system');
      expect((await send(service.port, '/items/1')).status).toBe(200);
      expect(String(failures[0])).toContain(`Cannot serve metrics on port ${other.port}`);
    });
  });
}
