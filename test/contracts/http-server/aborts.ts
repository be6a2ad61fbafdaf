import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { RawConnection, send } from './client.ts';
import type { ServerDriver, TestRoute } from './driver.ts';
import { startService } from './service.ts';

/** A route that holds its responses until the test lets go of them. */
function holding(path: string, act: (response: ServerResponse) => void = () => {}) {
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const route: TestRoute = {
    path,
    raw: (_request, response) => {
      act(response);
      arrived();
    },
  };
  return { route, arrival };
}

/** Requests that do not come to a good end. */
export function abortContract(driver: ServerDriver): void {
  describe('aborts', () => {
    it('counts a client that leaves before the head as 499 and as aborted', async () => {
      const { route, arrival } = holding('/held/:id');
      const service = await startService(driver, { routes: [route] });
      const connection = new RawConnection(service.port).write('GET /held/1 HTTP/1.1', 'host: x');
      await arrival;
      connection.reset();
      expect(await service.requests(1)).toEqual(['GET /held/:id 499 = 1']);
      expect(await service.samples('http_requests_aborted_total')).toEqual(['GET /held/:id = 1']);
      expect(await service.samples('http_time_to_first_byte_seconds_count')).toEqual(['GET /held/:id = 0']);
      expect(await service.lines('response')).toMatchObject([{ status_code: 499, aborted: true, level: 'INFO' }]);
      expect(service.allLines().filter((line) => line.event_type === 'error')).toEqual([]);
    });

    it('counts a client that leaves in the middle of a stream as 499, never as 200', async () => {
      const { route } = holding('/stream', (response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write('first');
      });
      const service = await startService(driver, { routes: [route] });
      const connection = new RawConnection(service.port).write('GET /stream HTTP/1.1', 'host: x');
      await connection.until('first');
      connection.reset();
      expect(await service.requests(1)).toEqual(['GET /stream 499 = 1']);
      expect(await service.samples('http_response_size_bytes_sum')).toEqual(['GET /stream = 5']);
    });

    it('counts a client that leaves before a large response is taken as 499', async () => {
      const { route } = holding('/large', (response) => response.end(Buffer.alloc(50_000_000)));
      const service = await startService(driver, { routes: [route] });
      const connection = new RawConnection(service.port).write('GET /large HTTP/1.1', 'host: x');
      await connection.until('HTTP/1.1 200');
      connection.reset();
      expect(await service.requests(1)).toEqual(['GET /large 499 = 1']);
    });

    it.each(['application/octet-stream', 'application/json'])(
      'counts a client that leaves during an upload of %s once, and not as a success',
      async (type) => {
        const upload: TestRoute = {
          method: 'POST',
          path: '/upload',
          raw: (request, response) => request.on('end', () => response.end('ok')).resume(),
        };
        const service = await startService(driver, { routes: [upload] });
        const connection = new RawConnection(service.port);
        connection.write(
          'POST /upload HTTP/1.1',
          'host: x',
          `content-type: ${type}`,
          'content-length: 1000',
          '',
          '{"a":',
        );
        await service.inFlight(1);
        connection.reset();
        const [counted, ...others] = await service.requests(1);
        expect(counted).toMatch(/^POST (\/upload|unmatched) (499|400) = 1$/);
        expect(others).toEqual([]);
        expect(await service.samples('http_exceptions_total')).toEqual([]);
      },
    );

    it('counts a response that the service destroys with an error as its failure, with the exception', async () => {
      const { route } = holding('/torn', (response) => {
        response.writeHead(200);
        response.write('half', () => response.destroy(new RangeError('the disk is gone')));
      });
      const service = await startService(driver, { routes: [route] });
      const connection = new RawConnection(service.port).write('GET /torn HTTP/1.1', 'host: x');
      await connection.untilClosed();
      expect(await service.requests(1)).toEqual(['GET /torn 500 = 1']);
      expect(await service.samples('http_exceptions_total')).toEqual(['GET /torn RangeError = 1']);
      expect(await service.samples('http_requests_aborted_total')).toEqual([]);
      expect(await service.lines('error')).toMatchObject([{ level: 'ERROR', route: '/torn' }]);
    });

    it('counts each of several requests on one connection', async () => {
      const service = await startService(driver, { routes: [{ path: '/a/:id', handle: () => ({ body: 'a' }) }] });
      const connection = new RawConnection(service.port);
      for (let i = 1; i <= 3; i++) {
        connection.write(`GET /a/${i} HTTP/1.1`, 'host: x');
        await connection.until('HTTP/1.1 200', i);
      }
      connection.socket.write('GET /a/4 HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(5));
      await connection.until('HTTP/1.1 200', 8);
      connection.reset();
      expect(await service.requests(8)).toEqual(['GET /a/:id 200 = 8']);
    });

    it('ends what waits in a pipeline when the client leaves', async () => {
      const { route } = holding('/held');
      const service = await startService(driver, {
        routes: [route, { path: '/next', handle: () => ({ body: 'next' }) }, { path: '/later', raw: () => {} }],
      });
      const connection = new RawConnection(service.port);
      connection.socket.write(
        ['/held', '/next', '/later'].map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''),
      );
      await service.inFlight(3);
      connection.reset();
      expect(await service.requests(3)).toEqual(['GET /held 499 = 1', 'GET /later 499 = 1', 'GET /next 499 = 1']);
    });

    it('has nothing in flight after hundreds of random aborts', async () => {
      const routes: TestRoute[] = [
        { path: '/items/:id', handle: ({ params }) => ({ body: params }) },
        {
          path: '/drip',
          raw: (_request, response) => {
            let left = 5;
            const drip = (): void => {
              if (left-- === 0) response.end();
              else response.write('drop', () => setImmediate(drip));
            };
            drip();
          },
        },
        { method: 'POST', path: '/echo', handle: ({ body }) => ({ body }) },
      ];
      const service = await startService(driver, { routes });
      let seed = 7;
      const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
      const one = async (): Promise<void> => {
        const connection = new RawConnection(service.port);
        const kind = random(3);
        if (kind === 0) connection.write(`GET /items/${random(99)} HTTP/1.1`, 'host: x');
        else if (kind === 1) connection.write('GET /drip HTTP/1.1', 'host: x');
        else {
          const head = ['POST /echo HTTP/1.1', 'host: x', 'content-type: application/json', 'content-length: 20'];
          connection.write(...head, '', '{"a":');
        }
        await new Promise((resolve) => setTimeout(resolve, random(6)));
        if (random(2) === 0) connection.reset();
        else connection.socket.destroy();
      };
      for (let i = 0; i < 25; i++) await Promise.all(Array.from({ length: 20 }, one));
      await send(service.port, '/items/last');
      const samples = await service.requests(1);
      expect(samples.filter((sample) => /POST \S+ 2/.test(sample))).toEqual([]);
    }, 30_000);

    it('leaves upgrades and 100-continue as they are', async () => {
      const service = await startService(driver, {
        routes: [{ method: 'POST', path: '/echo', handle: ({ body }) => ({ body }) }],
        onServer: (server) =>
          server.on('upgrade', (_request, socket) => {
            socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\nhello');
          }),
      });
      const upgraded = new RawConnection(service.port);
      upgraded.write('GET /chat HTTP/1.1', 'host: x', 'connection: upgrade', 'upgrade: chat');
      await upgraded.until('hello');

      const expecting = new RawConnection(service.port);
      const head = ['POST /echo HTTP/1.1', 'host: x', 'content-type: application/json', 'content-length: 7'];
      expecting.write(...head, 'expect: 100-continue');
      await expecting.until('100 Continue');
      expecting.socket.write('{"a":1}');
      await expecting.until('200 OK');
      expecting.reset();
      expect(await service.requests(1)).toEqual(['POST /echo 200 = 1']);
    });
  });
}
