import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

/** Whatever a start leaves behind lies here. */
let temporary: string;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'telltale-shop-test-'));
  // As root, Postgres runs under another account.
  await chmod(temporary, 0o755);
});

afterAll(() => rm(temporary, { recursive: true }));

test('says where to look, answers, sees its traffic, and ends without a trace on Ctrl-C', async () => {
  const shop = start({ TRAFFIC: '30' });
  const url = await shop.url;
  expect(shop.output()).toContain('embedded');
  expect(shop.output()).toContain("-H 'x-correlation-id: my-first-request'");

  const answer = await fetch(`${url}/products/1`, { headers: { 'x-correlation-id': 'my-first-request' } });
  expect(answer.headers.get('x-correlation-id')).toBe('my-first-request');
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  await expect.poll(metrics, { timeout: 8_000 }).toContain('route="/products/search"');

  // An event feed does not hold the end up.
  const feed = await fetch(`${url}/orders/events`);
  const [postmaster] = await postgresProcesses();
  const asked = performance.now();
  // As npm does with one Ctrl-C.
  shop.child.kill('SIGINT');
  shop.child.kill('SIGINT');
  expect(await shop.exit).toBe(0);
  expect(performance.now() - asked).toBeLessThan(3_000);
  await feed.text();
  await leftNothing(postmaster);
});

test('one order is followed by its identifier through service, SQL, cache and worker', async () => {
  const shop = start({ TRAFFIC: 'off', LOG_LEVEL: 'DEBUG' });
  const headers = { 'x-correlation-id': 'my-order', 'content-type': 'application/json' };
  const body = JSON.stringify({ customerId: 1, items: [{ productId: 1, quantity: 2 }] });
  await fetch(`${await shop.url}/products/1`, { headers });
  expect((await fetch(`${await shop.url}/orders`, { method: 'POST', headers, body })).status).toBe(201);
  const mine = () => logLines(shop.output()).filter(({ correlation_id }) => correlation_id === 'my-order');
  const said = (service: string) => mine().filter((line) => line.service === service);
  const messages = (service: string) => said(service).map(({ message }) => message);
  await expect.poll(() => messages('shop-worker'), { timeout: 20_000 }).toContain('notes/packing completed');
  await expect.poll(() => messages('shop-worker'), { timeout: 20_000 }).toContain('emails/confirmation completed');
  expect(messages('shop')).toEqual(
    expect.arrayContaining(['GET products: miss', 'SELECT products ended', 'INSERT orders ended', 'POST /orders 201']),
  );
  expect(messages('shop-worker')).toEqual(
    expect.arrayContaining(['SELECT orders ended', 'UPDATE orders ended', 'chat gpt-4o-mini']),
  );
  const note = said('shop-worker').find(({ message }) => message === 'notes/packing completed');
  expect(note).toMatchObject({ ai_calls: 1, ai_cost_usd: expect.any(Number), added_by: 'http /orders' });
  shop.child.kill('SIGTERM');
  expect(await shop.exit).toBe(0);
  await leftNothing();
});

test('without traffic nobody visits, every request is logged, and SIGTERM ends it', async () => {
  const shop = start({ TRAFFIC: 'off' });
  const url = await shop.url;
  expect(shop.output()).toMatch(/traffic +off/);
  await fetch(`${url}/products/2`, { headers: { 'x-correlation-id': 'mine' } });
  const [postmaster] = await postgresProcesses();
  shop.child.kill('SIGTERM');
  expect(await shop.exit).toBe(0);
  const requests = logLines(shop.output()).filter(({ path }) => path !== undefined);
  expect(requests.map(({ path, correlation_id }) => [path, correlation_id])).toEqual([['/products/2', 'mine']]);
  await leftNothing(postmaster);
});

test('killed the hard way, it leaves no Postgres behind either', async () => {
  const shop = start({ TRAFFIC: 'off' });
  await shop.url;
  const [postmaster] = await postgresProcesses();
  shop.child.kill('SIGKILL');
  await shop.exit;
  await leftNothing(postmaster);
});

test('run by npm, it ends when the shell between them is gone', async () => {
  const shell = ['sh', '-c', `"${process.execPath}" src/main.ts; true`];
  const shop = start({ TRAFFIC: 'off', npm_lifecycle_event: 'start' }, shell);
  await shop.url;
  shop.child.kill('SIGTERM');
  await shop.exit;
  expect(shop.output()).toContain('Closing');
  await leftNothing();
});

test('a second Ctrl-C does not wait for a request that will not end', async () => {
  const shop = start({ TRAFFIC: 'off' });
  const { hostname, port } = new URL(await shop.url);
  const silent = connect(Number(port), hostname).on('error', () => {});
  await once(silent, 'connect');
  silent.write('POST /orders HTTP/1.1\r\nhost: shop\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n');
  shop.child.kill('SIGINT');
  await expect.poll(shop.output).toContain('Closing');
  const again = setInterval(() => shop.child.kill('SIGINT'), 50);
  expect(await shop.exit).toBe(130);
  clearInterval(again);
  await leftNothing();
});

test('asked to stop while it starts, it still ends cleanly', async () => {
  const shop = start({ TRAFFIC: 'off' });
  await expect.poll(() => readdir(temporary), { timeout: 15_000 }).toHaveLength(1);
  shop.child.kill('SIGINT');
  expect(await shop.exit).toBe(0);
  await leftNothing();
});

test.each([
  [
    'a port that is taken',
    async () => ({ PORT: String(await takenPort()) }),
    /^Port \d+ is taken; .*: PORT=\d+ npm start$/,
  ],
  ['a port that is none', () => ({ PORT: 'http' }), /^PORT is 'http'; it must be a whole number from 0 to 65535\.$/],
  ['too much traffic', () => ({ TRAFFIC: '1000' }), /^TRAFFIC is '1000'; it must be .* from 0 to 30, or 'off'\.$/],
  ['a level that is none', () => ({ LOG_LEVEL: 'LOUD' }), /LOG_LEVEL/],
  [
    'a database that is not there',
    () => ({ DATABASE_URL: 'postgres://shop:secret@127.0.0.1:1/shop' }),
    /^The database at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
  ],
  [
    'a Redis that is not there',
    () => ({ REDIS_URL: 'redis://shop:secret@127.0.0.1:1' }),
    /^The Redis at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
  ],
])('for %s it says so and ends with 1', async (_what, env, message) => {
  const shop = start(await env());
  expect(await shop.exit).toBe(1);
  expect(shop.output().trim()).toMatch(message);
  expect(shop.output()).not.toContain('secret');
  await leftNothing();
});

function start(env: Record<string, string>, command = [process.execPath, 'src/main.ts']) {
  const { DATABASE_URL: _, LOG_LEVEL: __, npm_lifecycle_event: ___, ...inherited } = process.env;
  const child = spawn(command[0]!, command.slice(1), {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...inherited, TMPDIR: temporary, PORT: '0', ...env },
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  let output = '';
  const url = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const found = /service +(http\S+)\/products/.exec(output);
        if (found && output.includes('Ctrl-C')) resolve(found[1]!);
      });
    }
    exit.then(() => reject(new Error(`It ended before it was up:\n${output}`)));
  });
  url.catch(() => {});
  return { child: child as ChildProcess, url, exit, output: () => output };
}

/** Process IDs of the servers in our temporary folder. */
async function postgresProcesses(): Promise<number[]> {
  const folders = await readdir(temporary);
  const files = folders.map((folder) => readFile(join(temporary, folder, 'data', 'postmaster.pid'), 'utf8'));
  return (await Promise.all(files)).map((text) => Number.parseInt(text, 10));
}

async function leftNothing(postmaster?: number): Promise<void> {
  await expect.poll(() => readdir(temporary), { timeout: 3_000 }).toEqual([]);
  if (postmaster !== undefined) expect(() => process.kill(postmaster, 0)).toThrow('ESRCH');
}

async function takenPort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  onTestFinished(() => void holder.close());
  return (holder.address() as AddressInfo).port;
}

interface LogLine {
  readonly service: string;
  readonly message: string;
  readonly path?: string;
  readonly correlation_id?: string;
}

function logLines(output: string) {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as LogLine);
}
