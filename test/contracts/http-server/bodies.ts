import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RawConnection, send, sendJson } from './client.ts';
import type { ServerDriver, TestRoute } from './driver.ts';
import { HandClock, startService } from './service.ts';

type RawHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Ways of writing a response, and how many bytes of body each is. */
const WRITERS: readonly (readonly [string, number, RawHandler])[] = [
  ['nothing', 0, (_request, response) => response.end()],
  ['a text', 6, (_request, response) => response.end('größ')],
  ['a text in latin1', 4, (_request, response) => response.end('größ', 'latin1')],
  ['hex digits', 3, (_request, response) => response.end('c0ffee', 'hex')],
  ['a buffer', 1000, (_request, response) => response.end(Buffer.alloc(1000))],
  ['a Uint8Array', 8, (_request, response) => response.end(new Uint8Array(8))],
  ['a view of a part', 4, (_request, response) => response.end(new Uint8Array(new ArrayBuffer(16), 4, 4))],
  ['an end with a callback alone', 0, (_request, response) => response.end(() => {})],
  ['an end with nulls', 0, (_request, response) => response.end(null, () => {})],
  [
    'chunks of several kinds',
    3 + 2 + 4,
    (_request, response) => {
      response.write('abc');
      response.write('ffff', 'hex', () => {});
      response.end(Buffer.from('four'), () => {});
    },
  ],
  [
    'a declared length',
    5,
    (_request, response) => {
      response.writeHead(200, { 'content-length': 5 });
      response.end('12345');
    },
  ],
  [
    'an end after an end',
    3,
    (_request, response) => {
      response.on('error', () => {});
      response.end('abc');
      response.end('never sent', () => {});
    },
  ],
  ['a body where none may be', 0, (_request, response) => response.writeHead(204).end('never sent')],
  ['a body for what is not modified', 0, (_request, response) => response.writeHead(304).end('never sent')],
];

/** Sizes and times of bodies. */
export function bodyContract(driver: ServerDriver): void {
  describe('bodies', () => {
    it.each(WRITERS)('knows the size of %s', async (_name, size, raw) => {
      const service = await startService(driver, { routes: [{ path: '/body', raw }] });
      const { body } = await send(service.port, '/body');
      expect(body.length).toBe(size);
      await service.requests(1);
      expect(await service.samples('http_response_size_bytes_sum')).toEqual([`GET /body = ${size}`]);
    });

    it('counts no body for HEAD', async () => {
      const route: TestRoute = { path: '/body', handle: () => ({ body: 'a body' }) };
      const service = await startService(driver, { routes: [route] });
      expect((await send(service.port, '/body', { method: 'HEAD' })).headers['content-length']).toBe('6');
      await service.requests(1);
      expect(await service.samples('http_response_size_bytes_sum')).toEqual(['HEAD /body = 0']);
    });

    it('knows the size of what the framework streams and of what it makes JSON', async () => {
      const routes: TestRoute[] = [
        { path: '/stream', handle: () => ({ body: Readable.from([Buffer.alloc(70_000), Buffer.alloc(3)]) }) },
        { path: '/json', handle: () => ({ body: { größe: 1 } }) },
      ];
      const service = await startService(driver, { routes });
      expect((await send(service.port, '/stream')).body).toHaveLength(70_003);
      const { body } = await send(service.port, '/json');
      await service.requests(2);
      expect(await service.samples('http_response_size_bytes_sum')).toEqual([
        `GET /json = ${body.length}`,
        'GET /stream = 70003',
      ]);
    });

    it('knows the size of a request with a length and of one in chunks', async () => {
      const drain: RawHandler = (request, response) => request.on('end', () => response.end()).resume();
      const routes: TestRoute[] = ['/length', '/chunks', '/unread'].map((path) => ({
        method: 'POST',
        path,
        raw: path === '/unread' ? (_request, response) => response.end() : drain,
      }));
      const service = await startService(driver, { routes });
      const headers = { 'content-type': 'application/octet-stream' };
      await send(service.port, '/length', {
        method: 'POST',
        body: 'x'.repeat(1234),
        headers: { ...headers, 'content-length': 1234 },
      });
      await send(service.port, '/chunks', {
        method: 'POST',
        body: ['x'.repeat(1000), 'größ', Buffer.alloc(3)],
        headers,
      });
      await send(service.port, '/unread', {
        method: 'POST',
        body: 'abc',
        headers: { ...headers, 'content-length': 3 },
      });
      await service.requests(3);
      expect(await service.samples('http_request_size_bytes_sum')).toEqual([
        'POST /chunks = 1009',
        'POST /length = 1234',
        'POST /unread = 3',
      ]);
    });

    it('times a stream of events to its end, and its first byte apart, without calling it slow', async () => {
      const clock = new HandClock();
      const route: TestRoute = {
        path: '/events',
        raw: (_request, response) => {
          clock.advance(200);
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write('data: 1\n\n', () => {
            clock.advance(60_000);
            response.end('data: 2\n\n');
          });
        },
      };
      const service = await startService(driver, { routes: [route], options: { clock } });
      expect((await send(service.port, '/events')).text).toBe('data: 1\n\ndata: 2\n\n');
      await service.requests(1);
      expect(await service.samples('http_request_duration_seconds_sum')).toEqual(['GET /events 200 = 60.2']);
      expect(await service.samples('http_time_to_first_byte_seconds_sum')).toEqual(['GET /events = 0.2']);
      await service.lines('response');
      expect(service.allLines().filter((line) => line.event_type === 'performance')).toEqual([]);
    });

    it.each<[string, RawHandler]>([
      ...WRITERS.map(([name, , raw]) => [name, raw] as [string, RawHandler]),
      ['a status message', (_request, response) => response.writeHead(201, 'Made', { 'x-a': '1' }).end('a')],
      ['a status message alone', (_request, response) => response.writeHead(202, 'Later').end()],
      [
        'headers in a list',
        (_request, response) => response.writeHead(200, ['x-a', '1', 'x-a', '3', 'x-b', '2']).end('a'),
      ],
      [
        'headers with several values',
        (_request, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end(),
      ],
      [
        'a message and headers in a list',
        (_request, response) => response.writeHead(200, 'Fine', ['x-a', '1']).end('a'),
      ],
      [
        'a head sent early',
        (_request, response) => {
          response.setHeader('x-a', '1');
          response.flushHeaders();
          setImmediate(() => response.end('late'));
        },
      ],
      [
        'early hints',
        (_request, response) => {
          response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' }, () => response.end('hinted'));
        },
      ],
      [
        'trailers',
        (_request, response) => {
          response.writeHead(200, { trailer: 'x-sum' });
          response.write('a');
          response.addTrailers({ 'x-sum': '1' });
          response.end();
        },
      ],
      [
        'corked chunks',
        (_request, response) => {
          response.cork();
          response.write('a');
          response.write('b');
          response.uncork();
          response.end('c');
        },
      ],
    ])('changes nothing in %s: bytes, events, return values', async (_name, raw) => {
      const path = '/same';
      const watched = await transcript(driver, true, raw, path);
      expect(watched).toEqual(await transcript(driver, false, raw, path));
    });

    it('leaves backpressure, drain and the order of callbacks as they are', async () => {
      const raw =
        (said: string[]): RawHandler =>
        (_request, response) => {
          response.on('drain', () => said.push('drain')).on('finish', () => said.push('finish'));
          const chunk = Buffer.alloc(300_000, 'x');
          said.push(`write ${response.write('small', () => said.push('small written'))}`);
          said.push(`write ${response.write(chunk, () => said.push('large written'))}`);
          said.push(`needs drain ${response.writableNeedDrain}`);
          response.once('drain', () => {
            said.push(`write ${response.write('more', 'utf8', () => said.push('more written'))}`);
            said.push(`end ${response.end('last', () => said.push('ended')) === response}`);
            said.push(`again ${response.end(() => said.push('ended again')) === response}`);
          });
        };
      const said: [string[], string[]] = [[], []];
      for (const [i, enabled] of [true, false].entries()) {
        const service = await startService(driver, {
          routes: [{ path: '/p', raw: raw(said[i]!) }],
          options: { enabled },
        });
        expect((await send(service.port, '/p')).body).toHaveLength(300_013);
      }
      expect(said[0]).toEqual(said[1]);
      expect(said[0]).toContain('drain');
    });

    it('lets errors of writing through as they are', async () => {
      const messages: string[][] = [];
      const raw: RawHandler = (_request, response) => {
        const said: string[] = [];
        messages.push(said);
        const attempt = (act: () => unknown): void => {
          try {
            act();
          } catch (error) {
            said.push((error as NodeJS.ErrnoException).code ?? String(error));
          }
        };
        response.on('error', (error: NodeJS.ErrnoException) => said.push(`event ${error.code}`));
        attempt(() => response.writeHead(99));
        attempt(() => response.write(5));
        attempt(() => response.write(null));
        response.writeHead(200);
        attempt(() => response.writeHead(200));
        attempt(() => response.setHeader('x', '1'));
        response.end('done');
        attempt(() =>
          response.write('late', (error) => said.push(`callback ${(error as NodeJS.ErrnoException)?.code}`)),
        );
      };
      for (const enabled of [true, false]) {
        const service = await startService(driver, { routes: [{ path: '/p', raw }], options: { enabled } });
        expect((await send(service.port, '/p')).text).toBe('done');
      }
      expect(messages[0]).toEqual(messages[1]);
      expect(messages[0]).toContain('ERR_HTTP_INVALID_STATUS_CODE');
    });

    it('hands a JSON body to the handler and its answer to the client', async () => {
      const echo: TestRoute = { method: 'POST', path: '/echo', handle: ({ body }) => ({ status: 201, body }) };
      const service = await startService(driver, { routes: [echo] });
      const value = { text: 'ä'.repeat(40_000) };
      const { status, text } = await sendJson(service.port, '/echo', value);
      expect([status, JSON.parse(text)]).toEqual([201, value]);
      expect(await service.requests(1)).toEqual(['POST /echo 201 = 1']);
    });
  });
}

/** Everything that a client receives, but for what tells the time and the IDs that Telltale adds. */
async function transcript(driver: ServerDriver, enabled: boolean, raw: RawHandler, path: string): Promise<unknown> {
  const events: string[] = [];
  const watchingItself: RawHandler = (request, response) => {
    for (const name of ['finish', 'close', 'error', 'prefinish'] as const) {
      response.on(name, () => events.push(`${name} ${response.writableFinished} ${response.statusCode}`));
    }
    events.push(`returns ${typeof raw(request, response)}`, `head sent ${response.headersSent}`);
  };
  const service = await startService(driver, { routes: [{ path, raw: watchingItself }], options: { enabled } });
  const connection = new RawConnection(service.port);
  connection.write(`GET ${path} HTTP/1.1`, 'host: x', 'connection: close');
  const bytes = (await connection.untilClosed())
    .replaceAll(/^date: .*\r\n/gim, '')
    .replaceAll(/^x-correlation-id: .*\r\n/gim, '');
  return { bytes, events };
}
