import { currentContext, setUser } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { RawConnection, send, sendJson } from './client.ts';
import type { ServerDriver, TestRoute } from './driver.ts';
import { startService } from './service.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The identifiers of a request, from its headers to every line written for it. */
export function contextContract(driver: ServerDriver): void {
  describe('context', () => {
    const plain: TestRoute = { path: '/plain', handle: () => ({ body: currentContext()?.correlationId ?? 'none' }) };

    it('gives a request an ID of its own, in the handler, the answer and the log', async () => {
      const service = await startService(driver, { routes: [plain] });
      const { text, headers } = await send(service.port, '/plain');
      expect(text).toMatch(UUID);
      expect(headers['x-correlation-id']).toBe(text);
      expect(headers['x-request-id']).toBeUndefined();
      expect(await service.lines('response')).toMatchObject([{ correlation_id: text }]);
    });

    it.each([
      ['a correlation ID', { 'x-correlation-id': 'order-7:a.b=c' }, 'order-7:a.b=c', undefined],
      ['a request ID', { 'x-request-id': 'req-1' }, 'req-1', 'req-1'],
      ['both', { 'x-correlation-id': 'c-1', 'x-request-id': 'r-1' }, 'c-1', 'r-1'],
    ])('takes over and echoes %s', async (_name, headers, id, requestId) => {
      const service = await startService(driver, { routes: [plain] });
      const answer = await send(service.port, '/plain', { headers });
      expect(answer.text).toBe(id);
      expect(answer.headers['x-correlation-id']).toBe(id);
      expect(answer.headers['x-request-id']).toBe(requestId);
    });

    it.each<[string, string | readonly string[]]>([
      ['with a line feed in disguise', 'a%0d%0ab'],
      ['that is markup', '<script>alert(1)</script>'],
      ['that is JSON', '{"admin":true}'],
      ['that is empty', ''],
      ['with a space', 'a b'],
      ['of 129 characters', 'a'.repeat(129)],
      ['of 8,000 characters', 'a'.repeat(8_000)],
      ['of bytes past ASCII', '\u00ff\u00fe\u0080'],
      ['given twice', ['first', 'second']],
    ])('replaces an ID %s', async (_name, id) => {
      const service = await startService(driver, { routes: [plain] });
      const ids = typeof id === 'string' ? [id] : id;
      const headers = ids.flatMap((each) => ['x-correlation-id', each, 'x-request-id', each]);
      const answer = await send(service.port, '/plain', { headers: ['host', 'x', ...headers] });
      expect(answer.text).toMatch(UUID);
      expect(answer.headers['x-correlation-id']).toBe(answer.text);
      expect(answer.headers['x-request-id']).toBe(answer.text);
    });

    it('takes the trace of a traceparent, and no trace of a forged one', async () => {
      const service = await startService(driver, { routes: [plain] });
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      await send(service.port, '/plain', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
      await service.requests(1);
      expect(await service.scrape('openmetrics')).toContain(`trace_id="${traceId}"`);
      await send(service.port, '/plain', { headers: { traceparent: `ff-${traceId}-00f067aa0ba902b7-01` } });
      const [good, forged] = await service.lines('response', 2);
      expect(good).toMatchObject({ trace_id: traceId, span_id: '00f067aa0ba902b7' });
      expect(forged).not.toHaveProperty('trace_id');
    });

    it('is there after the body was parsed, in timers, promises and events, and in every line', async () => {
      const seen: Record<string, string | undefined> = {};
      const note = (where: string): void => {
        seen[where] = currentContext()?.correlationId;
      };
      const routes: TestRoute[] = [
        {
          method: 'POST',
          path: '/parsed',
          handle: async () => {
            note('handler');
            await Promise.resolve().then(() => note('promise'));
            await new Promise<void>((resolve) => setTimeout(() => resolve(note('timer')), 1));
            note('after');
            service.monitor.logger.info('inside', { event_type: 'business' });
            return { body: 'ok' };
          },
        },
        {
          method: 'POST',
          path: '/raw',
          raw: (request, response) => {
            request.on('data', () => note('data'));
            request.on('end', () => {
              note('end');
              response.on('finish', () => note('finish'));
              response.on('close', () => note('close'));
              response.end('ok');
            });
          },
        },
        {
          method: 'POST',
          path: '/iterated',
          raw: async (request, response) => {
            for await (const _ of request) note('iteration');
            note('after the last');
            response.end();
          },
        },
      ];
      const service = await startService(driver, { routes });
      // Kept alive on purpose: each request comes over the connection of another.
      const connection = new RawConnection(service.port);
      for (const [i, path] of ['/parsed', '/raw', '/iterated'].entries()) {
        for (const key of Object.keys(seen)) delete seen[key];
        const type = path === '/parsed' ? 'application/json' : 'application/octet-stream';
        const head = [`POST ${path} HTTP/1.1`, 'host: x', `x-correlation-id: id-${i}`, `content-type: ${type}`];
        connection.write(...head, 'transfer-encoding: chunked');
        // The body comes when the request is long under way.
        await service.inFlight(1);
        connection.socket.write('7\r\n{"a":1}\r\n0\r\n\r\n');
        await connection.until('HTTP/1.1 200', i + 1);
        await service.lines('response', i + 1);
        const places = Object.keys(seen).length;
        expect(places).toBeGreaterThan(1);
        expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((where) => [where, `id-${i}`])));
      }
      connection.reset();
      expect(await service.lines('business')).toMatchObject([{ message: 'inside', correlation_id: 'id-0' }]);
      expect(seen).toHaveProperty('iteration');
    });

    it('shows the user who was set in the handler, in that request alone', async () => {
      const routes: TestRoute[] = [
        {
          path: '/me',
          handle: async () => {
            await Promise.resolve();
            setUser('u-1', 's-1');
            return { body: 'ok' };
          },
        },
        plain,
      ];
      const service = await startService(driver, { routes });
      const connection = new RawConnection(service.port);
      connection.write('GET /me HTTP/1.1', 'host: x').write('GET /plain HTTP/1.1', 'host: x');
      await connection.until('HTTP/1.1 200', 2);
      connection.reset();
      const [mine, other] = await service.lines('response', 2);
      expect(mine).toMatchObject({ path: '/me', user_id: 'u-1', session_id: 's-1' });
      expect(other).not.toHaveProperty('user_id');
      expect(other!.correlation_id).not.toBe(mine!.correlation_id);
    });

    it('keeps the contexts of many requests at a time apart', async () => {
      const slow: TestRoute = {
        method: 'POST',
        path: '/slow/:id',
        handle: async ({ params }) => {
          const before = currentContext()?.correlationId;
          await new Promise((resolve) => setTimeout(resolve, Number(params.id) % 7));
          const after = currentContext();
          return { body: { before, after: after?.correlationId, origin: after?.origin?.name } };
        },
      };
      const service = await startService(driver, { routes: [slow] });
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const { text } = await sendJson(service.port, `/slow/${i}`, { i }, { 'x-correlation-id': `id-${i}` });
          return JSON.parse(text) as unknown;
        }),
      );
      expect(answers).toEqual(
        Array.from({ length: 50 }, (_, i) => ({ before: `id-${i}`, after: `id-${i}`, origin: '/slow/:id' })),
      );
    });

    it('leaves an ID alone that the service has already put on the answer', async () => {
      const service = await startService(driver, {
        routes: [plain],
        before: (_request, response) => response.setHeader('x-correlation-id', 'theirs'),
      });
      const { headers } = await send(service.port, '/plain');
      expect(headers['x-correlation-id']).toBe('theirs');
    });
  });
}
