import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { currentContext } from '@telltale/core';
import busboy from 'busboy';
import compression from 'compression';
import type { Express } from 'express';
import { afterAll, describe, expect, it } from 'vitest';
import { send } from '../../../test/contracts/http-server/client.ts';
import { type Service, type ServiceOptions, startService } from '../../../test/contracts/http-server/service.ts';
import { httpServerContract } from '../../../test/contracts/http-server.ts';
import { type ExpressVersion, expressDrivers, expressVersions } from '../test/express-driver.ts';
import { expressMonitoring } from './express.ts';

for (const driver of expressDrivers) httpServerContract(driver);

const folder = mkdtempSync(join(tmpdir(), 'telltale-files-'));
const file = join(folder, 'digits.txt');
writeFileSync(file, '0123456789'.repeat(10));
afterAll(() => rmSync(folder, { recursive: true }));

function serve(version: ExpressVersion, build: (app: Express) => void, setup: ServiceOptions = {}): Promise<Service> {
  const create = async ({ monitor, config }: Parameters<(typeof expressDrivers)[0]['create']>[0]) => {
    const app = version.createApp();
    app.set('env', 'test');
    app.use(expressMonitoring(monitor, config));
    build(app);
    return createServer(app);
  };
  return startService({ name: version.name, create }, setup);
}

describe.each(expressVersions)('$name', (version) => {
  it('knows the size that compression leaves', async () => {
    const service = await serve(version, (app) => {
      app.use(compression({ threshold: 0 }));
      app.get('/text', (_request, response) => response.send('x'.repeat(50_000)));
    });
    const { body } = await send(service.port, '/text', { headers: { 'accept-encoding': 'gzip' } });
    expect(gunzipSync(body)).toHaveLength(50_000);
    await service.requests(1);
    expect(await service.samples('http_response_size_bytes_sum')).toEqual([`GET /text = ${body.length}`]);
  });

  it('leaves files, ranges and conditional requests as they are, and knows their sizes', async () => {
    const build = (app: Express): void => {
      app.get('/file', (_request, response) => response.sendFile(file));
      app.use('/static', version.express.static(folder));
    };
    const [watched, plain] = await Promise.all(
      [true, false].map((enabled) => serve(version, build, { options: { enabled } })),
    );
    const { headers } = await send(plain!.port, '/file');
    const asked = [
      {},
      { range: 'bytes=10-19' },
      { range: 'bytes=90-' },
      { range: 'bytes=500-' },
      { 'if-none-match': headers.etag },
    ];
    let sizes = 0;
    for (const path of ['/file', '/static/digits.txt', '/static/missing.txt']) {
      for (const each of asked) {
        const [ours, theirs] = await Promise.all(
          [watched!, plain!].map((service) => send(service.port, path, { headers: each })),
        );
        sizes += ours!.body.length;
        for (const answer of [ours!, theirs!]) {
          delete answer.headers.date;
          delete answer.headers['x-correlation-id'];
        }
        expect(ours).toEqual(theirs);
      }
    }
    await watched!.requests(15);
    const samples = await watched!.samples('http_response_size_bytes_sum');
    expect(samples.reduce((sum, sample) => sum + Number(sample.split(' = ')[1]), 0)).toBe(sizes);
  });

  it('keeps the context through parsers of forms and of files', async () => {
    const seen: unknown[] = [];
    const note = (): unknown => seen.push(currentContext()?.correlationId);
    const service = await serve(version, (app) => {
      app.post('/form', version.express.urlencoded({ extended: true }), (request, response) => {
        note();
        response.json(request.body);
      });
      app.post('/files', (request, response) => {
        const parser = busboy({ headers: request.headers });
        parser.on('field', note).on('file', (_name, stream) => {
          note();
          stream.on('data', note).on('end', note);
        });
        parser.on('close', () => {
          note();
          response.send('ok');
        });
        request.pipe(parser);
      });
    });
    const post = (path: string, type: string, body: string[]) =>
      send(service.port, path, {
        method: 'POST',
        headers: { 'content-type': type, 'x-correlation-id': path.slice(1) },
        body,
      });
    expect((await post('/form', 'application/x-www-form-urlencoded', ['a=1&', 'b=2'])).text).toBe('{"a":"1","b":"2"}');
    const part = (head: string, body: string): string =>
      `--B\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
    await post('/files', 'multipart/form-data; boundary=B', [
      part('name="field"', 'value'),
      part('name="file"; filename="a.txt"', 'x'.repeat(100_000)),
      '--B--\r\n',
    ]);
    const [first, ...others] = seen;
    expect(first).toBe('form');
    expect(others.length).toBeGreaterThan(4);
    expect(new Set(others)).toEqual(new Set(['files']));
  });

  it('answers on its own paths although a route takes every path', async () => {
    const service = await serve(version, (app) => {
      app.get(version.name === 'Express 4' ? '*' : '/{*all}', (_request, response) => response.send('the app'));
    });
    expect((await send(service.port, '/health')).text).toContain('healthy');
    expect((await send(service.port, '/anything')).text).toBe('the app');
  });

  it('leaves its paths to whatever of the service is put on them', async () => {
    const service = await serve(version, (app) => {
      app.use('/health', (_request, response) => response.send('theirs'));
      const router = version.createRouter();
      router.get('/', (_request, response) => response.send('theirs'));
      app.use('/ready', router);
      app.get(['/alive', '/live'], (_request, response) => response.send('theirs'));
    });
    const answers = await Promise.all(['/health', '/ready', '/live'].map((path) => send(service.port, path)));
    expect(answers.map(({ text }) => text)).toEqual(['theirs', 'theirs', 'theirs']);
  });
});

it('observes what is not Express: any server that calls a middleware', async () => {
  const service = await startService({
    name: 'Connect',
    create: async ({ monitor, config }) => {
      const middleware = expressMonitoring(monitor, config);
      return createServer((request, response) => middleware(request, response, () => response.end('ok')));
    },
  });
  expect((await send(service.port, '/any')).text).toBe('ok');
  expect((await send(service.port, '/live')).status).toBe(200);
  expect(await service.requests(1)).toEqual(['GET unmatched 200 = 1']);
});
