import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '@telltale/core';
import { afterEach, describe, expect, it } from 'vitest';
import { prometheusSource } from './source.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** The address of what answers so; not Prometheus, but what may stand where it should be. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const success = (data: unknown, rest: object = {}) => JSON.stringify({ status: 'success', data, ...rest });
const unavailable = (detail: RegExp) => ({ errorType: 'unavailable', detail: expect.stringMatching(detail) });

describe('where something else than a well Prometheus answers', () => {
  it('says that nobody is there, without the password', async () => {
    const [user, word] = ['me', ['pass', 'word'].join('')];
    const asked = prometheusSource(`http://${user}:${word}@127.0.0.1:1/base`).instant('up');
    await expect(asked).rejects.toMatchObject(unavailable(/127\.0\.0\.1:1\/base\/api\/v1\/ cannot be reached/));
    await asked.catch((error) => expect(String(error.stack)).not.toContain(word));
  });

  it.each([
    [401, 'who are you', /answered 401 .*bearerToken/],
    [403, '{"message":"no"}', /answered 403 .*bearerToken/],
    [404, '404 page not found', /query answered 404 and not as Prometheus does; is the address right/],
    [302, '', /answered 302/],
    [200, '<html>', /answered 200 and not as Prometheus does/],
    [200, 'null', /answered 200/],
    [200, success({ resultType: 'picture', result: [] }), /a result of the type "picture"/],
    [503, '{"status":"error","errorType":"unavailable","error":"not ready"}', /unavailable.*not ready/],
  ])('says so at %i %s', async (status, body, detail) => {
    const address = await serve((_, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body),
    );
    await expect(prometheusSource(address).instant('up')).rejects.toMatchObject(unavailable(detail));
  });

  it.each([
    [undefined],
    [{ resultType: 'vector' }],
    [{ resultType: 'vector', result: [{ metric: {}, value: 5 }] }],
    [{ resultType: 'vector', result: [{ metric: {}, value: ['x', 'y'] }] }],
    [{ resultType: 'vector', result: [null] }],
    [{ resultType: 'scalar', result: null }],
    [{ resultType: 'matrix', result: [{ metric: {}, values: [[1]] }] }],
  ])('says so of a result that is not made as those of Prometheus: %j', async (data) => {
    const address = await serve((_, response) => response.end(success(data, { warnings: 5 })));
    const engine = prometheusSource(address);
    await expect(engine.instant('up')).rejects.toMatchObject(unavailable(/not made as its results are/));
    await expect(engine.labelNames()).rejects.toMatchObject(unavailable(/something else than the list/));
  });

  it.each(['http://me:100%@localhost', undefined, 5, 'prometheus:9090'])('refuses the address %j', (address) => {
    expect(() => prometheusSource(address as string)).toThrow(ConfigError);
  });

  it('says that its storage failed where that is what it says', async () => {
    const body = '{"status":"error","errorType":"internal","error":"disk"}';
    const address = await serve((_, response) => response.writeHead(500).end(body));
    const failed = { name: 'SeriesSourceError', errorType: 'internal', detail: expect.stringContaining('disk') };
    await expect(prometheusSource(address).instant('up')).rejects.toMatchObject(failed);
  });

  it('reads no more than it may, and waits no longer', async () => {
    const large = await serve((_, response) => response.end(success('x'.repeat(5_000))));
    const asked = prometheusSource(large, { maxResponseBytes: 4_096 }).labelNames();
    await expect(asked).rejects.toMatchObject(unavailable(/larger than 4096 bytes/));
    const silent = await serve(() => {});
    await expect(prometheusSource(silent, { timeoutMs: 20 }).instant('up')).rejects.toMatchObject({
      errorType: 'timeout',
    });
    await expect(prometheusSource(silent).instant('up', { timeoutMs: 20 })).rejects.toMatchObject({
      errorType: 'timeout',
    });
  });

  it('lets go of the connection when it is aborted', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>();
    const address = await serve((request) => arrived.resolve(request));
    const controller = new AbortController();
    const asked = prometheusSource(address).instant('up', { signal: controller.signal });
    const gone = once((await arrived.promise).socket, 'close');
    controller.abort();
    await expect(asked).rejects.toMatchObject({ errorType: 'canceled' });
    await gone;
  });
});

describe('what is sent', () => {
  async function sent(
    options: object,
    ask = (engine: ReturnType<typeof prometheusSource>) => engine.labelNames(),
    user = '',
  ) {
    const seen: { url?: string; method?: string; headers?: IncomingMessage['headers']; body?: string } = {};
    const address = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      Object.assign(seen, { url: request.url, method: request.method, headers: request.headers, body });
      response.end(success([]));
    });
    await ask(prometheusSource(`${address.replace('//', `//${user}`)}/base/`, options));
    return seen;
  }

  it('carries headers and who asks', async () => {
    const word = ['se', 'same'].join('');
    const basic = `Basic ${Buffer.from(`me:${word}`).toString('base64')}`;
    expect((await sent({ headers: { 'x-scope-orgid': 'a' } })).headers).toMatchObject({ 'x-scope-orgid': 'a' });
    expect((await sent({ basicAuth: { username: 'me', password: word } })).headers?.authorization).toBe(basic);
    expect((await sent({}, undefined, `me:${word}@`)).headers?.authorization).toBe(basic);
    expect((await sent({ bearerToken: word })).headers?.authorization).toBe(`Bearer ${word}`);
  });

  it('asks below the path of the address, long questions as a form', async () => {
    const long = `up{job="${'x'.repeat(20_000)}"}`;
    const seen = await sent(
      {},
      (engine) => engine.series([long, 'down'], { start: 1_500, end: 2_000 }) as Promise<never>,
    );
    expect(seen).toMatchObject({ url: '/base/api/v1/series', method: 'POST' });
    const form = new URLSearchParams(seen.body);
    expect(form.getAll('match[]')).toEqual([long, 'down']);
    expect([form.get('start'), form.get('end')]).toEqual(['1.5', '2']);
  });

  it('writes odd label names so that they can stand in a path', async () => {
    const path = async (name: string) => {
      const { url } = await sent({}, (engine) => engine.labelValues(name));
      // Node versions differ in what becomes of a search without parameters.
      return url!.replace(/\?$/, '');
    };
    expect(await path('job_name')).toBe('/base/api/v1/label/job_name/values');
    expect(await path('http.status_code')).toBe('/base/api/v1/label/U__http_2e_status__code/values');
    expect(await path('ünï/😀')).toBe('/base/api/v1/label/U___fc_n_ef__2f__1f600_/values');
  });
});

it('keeps warnings and infos, and says where native histograms are left out', async () => {
  const address = await serve((_, response) =>
    response.end(
      success(
        {
          resultType: 'vector',
          result: [
            { metric: { a: 'b' }, value: [5.25, '+Inf'] },
            { metric: {}, histogram: [5.25, {}] },
          ],
        },
        { warnings: ['careful'], infos: ['by the way'] },
      ),
    ),
  );
  expect(await prometheusSource(address).instant('x')).toEqual({
    type: 'vector',
    time: 5_250,
    elements: [{ metric: { a: 'b' }, value: Number.POSITIVE_INFINITY }],
    warnings: ['careful', 'native histograms are left out'],
    infos: ['by the way'],
  });
});

it('refuses an address or an option that cannot be used', () => {
  for (const address of ['', 'prometheus:9090', 'ftp://prometheus', 'nothing at all']) {
    expect(() => prometheusSource(address)).toThrow(ConfigError);
  }
  expect(() => prometheusSource('http://p', { timeout: 5 } as object)).toThrow(/timeout.*did you mean timeoutMs/);
  expect(() => prometheusSource('http://p', { headers: { a: 5 } } as never)).toThrow(/headers/);
  expect(() => prometheusSource('http://p', { basicAuth: 'me' } as never)).toThrow(/basicAuth = \(not shown\)/);
});
