import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { engineOf, heldSource, json, serveApi } from '../../test/serve-api.ts';

describe('large answers', () => {
  it('go out whole and in pieces, packed or not, and leave the event loop its turns', async () => {
    const { base } = await serveApi(engineOf(40, 2_000));
    const asked = `${base}/query_range?query=x&start=0&end=1999&step=1`;
    const seen: Record<string, string> = {};
    for (const encoding of ['identity', 'gzip']) {
      const request = httpRequest(asked, { headers: { 'accept-encoding': encoding } }).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      expect(response.headers['transfer-encoding']).toBe('chunked');
      expect(response.headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined);
      const body = Buffer.concat(chunks);
      seen[encoding] = (encoding === 'gzip' ? gunzipSync(body) : body).toString();
    }
    expect(seen.gzip).toBe(seen.identity);
    const { result } = JSON.parse(seen.gzip!).data;
    expect(result).toHaveLength(40);
    expect(result.every(({ values }: { values: unknown[] }) => values.length === 2_000)).toBe(true);
    expect(result[39].values[1_999]).toEqual([1999, String(Number(result[39].metric.n) + 1_999)]);
  });

  it('stop where nobody reads them any more, without a word about it', async () => {
    const { base, failures } = await serveApi(engineOf(40, 2_000));
    const { port } = new URL(base);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `GET ${base.slice(base.indexOf('/telltale'))}/query_range?query=x&start=0&end=1999&step=1 HTTP/1.1\r\nhost: a\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.destroy();
    await once(socket, 'close');
    expect((await json(`${base}/query?query=1`)).status).toBe('success');
    expect(failures).toEqual([]);
  });
});

describe('a client that takes nothing of a large answer', () => {
  it('is hung up on', async () => {
    const { base, failures, server } = await serveApi(engineOf(100, 5_000), { timeoutMs: 5_000 });
    const held = Promise.withResolvers<void>();
    server.once('connection', (socket) => socket.on('close', held.resolve));
    server.once('request', (_, response: ServerResponse) => {
      const { setTimeout: given } = response;
      response.setTimeout = (_ms, hangUp) => given.call(response, 20, hangUp);
    });
    const socket = connect(Number(new URL(base).port), '127.0.0.1').pause();
    socket.write(
      `GET ${base.slice(base.indexOf('/telltale'))}/query_range?query=x&start=0&end=4999&step=1 HTTP/1.1\r\nhost: a\r\n\r\n`,
    );
    await held.promise;
    socket.destroy();
    expect(failures).toEqual([]);
  });
});

describe('asking never starves the service', () => {
  it('works on a few questions at a time, lets a few wait, and refuses the others', async () => {
    const { engine, asked, until } = heldSource();
    const { base } = await serveApi(engine, { maxConcurrent: 2, maxQueued: 1 });
    const answers = [1, 2].map(() => json(`${base}/query?query=x`));
    await until(2);
    const waiting = json(`${base}/query?query=x`);
    const refused = await Promise.race([waiting, json(`${base}/query?query=x`)]);
    expect(refused).toMatchObject({ errorType: 'unavailable', error: expect.stringMatching(/2 run and 1 wait/) });
    expect(asked).toHaveLength(2);
    asked[0]!.release();
    await until(3);
    for (const { release } of asked) release();
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe('success');
  });

  it('stops the evaluation when the client goes away', async () => {
    const { engine, asked, until } = heldSource();
    const { base, failures } = await serveApi(engine);
    const client = new AbortController();
    const answer = fetch(`${base}/query?query=x`, { signal: client.signal }).catch((error) => error.name);
    await until(1);
    const stopped = once(asked[0]!.signal!, 'abort');
    client.abort();
    expect(await answer).toBe('AbortError');
    await stopped;
    expect(failures).toEqual([]);
  });

  it('gives up on a store that does not answer in time', async () => {
    const { base } = await serveApi(heldSource().engine, { timeoutMs: 30 });
    const response = await fetch(`${base}/query?query=x`);
    expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ errorType: 'timeout' })]);
    const listed = await fetch(`${base}/labels`);
    expect([listed.status, await listed.json()]).toEqual([503, expect.objectContaining({ errorType: 'timeout' })]);
  });

  it('gives up on a question that waits for longer than it may', async () => {
    const { engine, until } = heldSource();
    const { base } = await serveApi(engine, { maxConcurrent: 1 });
    const first = new AbortController();
    const held = fetch(`${base}/query?query=x`, { signal: first.signal }).catch(() => {});
    await until(1);
    expect(await json(`${base}/query?query=x&timeout=20ms`)).toMatchObject({ errorType: 'timeout' });
    first.abort();
    await held;
    expect(await json(`${base}/query?query=1`)).toMatchObject({ status: 'success' });
  });
});
