import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const home = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const express4 = require.resolve('express4');
const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script in a process of its own, which uses the built packages as a service would. */
function run(type: 'module' | 'commonjs', script: string, env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const { PATH, HOME } = process.env;
    const options = { cwd: home, env: { PATH, HOME, ...env }, timeout: 20_000 };
    execFile(process.execPath, [`--input-type=${type}`, '-e', script], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** Serves `app`, asks for these paths in turn, prints each status and body, and ends. */
const ASK = `
  async function ask(app, ...paths) {
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    for (const path of paths) {
      const response = await fetch('http://127.0.0.1:' + server.address().port + path);
      console.log(response.status, response.headers.get('x-correlation-id') !== null, await response.text());
    }
    server.closeAllConnections();
    server.close();
  }
`;

const BARE_APP = `
import express from 'express';
import { setupMonitoring } from 'telltale';
const app = express();
app.use(setupMonitoring);
app.get('/items/:id', (request, response) => response.send('item'));
${ASK}`;

it('works bare, configured by the environment', async () => {
  const { code, stdout, stderr } = await run(
    'module',
    `${BARE_APP}
     await ask(app, '/items/1', '/metrics');`,
    { SERVICE_NAME: 'bare', ENVIRONMENT: 'test' },
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('200 true item');
  expect(stdout).toContain('"service":"bare","environment":"test","message":"GET /items/1 200"');
  expect(stdout).toContain('http_requests_total{method="GET",route="/items/:id",status_code="200",service="bare"} 1');
});

it('says what is wrong with the environment, and leaves the service alone', async () => {
  const { code, stdout, stderr } = await run(
    'module',
    `${BARE_APP}
     await ask(app, '/items/1', '/items/2', '/metrics');`,
    { LOG_LEVEL: 'LOUD', METRICS_PORT: 'none', TELLTALE_TOKN: 'hush-hush' },
  );
  expect(code).toBe(0);
  expect(stderr.match(/3 options are not usable/g)).toHaveLength(1);
  expect(stderr).toContain('LOG_LEVEL = "LOUD": expected one of CRITICAL, ERROR');
  expect(stderr).toContain('did you mean TELLTALE_TOKEN?');
  expect(stderr).not.toContain('hush');
  expect(stdout).toContain('200 false item');
  expect(stdout).toContain('404 false');
});

it('is a pass-through with TELLTALE_ENABLED=false', async () => {
  const { code, stdout, stderr } = await run(
    'module',
    `import express from 'express';
     import { fastify } from 'fastify';
     import { fastifyMonitoring, setupMonitoring } from 'telltale';
     const app = express();
     app.use(setupMonitoring);
     app.get('/items/:id', (request, response) => response.send('item'));
     const instance = fastify();
     await instance.register(fastifyMonitoring);
     console.log((await instance.inject('/metrics')).statusCode);
     ${ASK}
     await ask(app, '/items/1', '/metrics');`,
    { TELLTALE_ENABLED: 'false' },
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^404\n200 false item\n404 false <!DOCTYPE html>/);
});

it('works by require, with Express 4', async () => {
  const { code, stdout, stderr } = await run(
    'commonjs',
    `const express = require(${JSON.stringify(express4)});
     const { setupMonitoring, setUser } = require('telltale');
     const app = express();
     const logger = setupMonitoring(app, { serviceName: 'old', environment: 'production', version: '1.0.0' });
     const router = express.Router({ mergeParams: true });
     router.get('/orders/:order', (request, response) => {
       setUser('u-1');
       logger.info('inside');
       response.send(request.params.team);
     });
     app.use('/teams/:team', router);
     ${ASK}
     ask(app, '/teams/7/orders/8', '/metrics');`,
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('200 true 7');
  expect(stdout).toContain('"user_id":"u-1"');
  expect(stdout).toContain('route="/teams/:team/orders/:order",status_code="200",service="old"} 1');
});

it('shares registry, context and logger between two installed copies, and counts once with both', async () => {
  const other = installCopy();
  const { code, stdout, stderr } = await run(
    'module',
    `import express from 'express';
     import * as ours from 'telltale';
     const theirs = await import(${JSON.stringify(join(other, 'node_modules/telltale/dist/index.js'))});
     const app = express();
     ours.setupMonitoring(app, { serviceName: 'shared', logDestination: '/dev/null' });
     theirs.setupMonitoring(app, { serviceName: 'shared', logDestination: '/dev/null' });
     const metrics = theirs.defineMetrics({ sold: { type: 'counter', help: 'Sold.' } });
     app.get('/items/:id', (request, response) => {
       metrics.sold.inc();
       theirs.setUser('u-1');
       const same = theirs.currentContext() === ours.currentContext();
       response.json({ same, user: ours.currentContext().userId, inner: theirs.runWithContext({ userId: 'u-2' }, () => ours.currentContext().userId) });
     });
     console.log(ours.setupMonitoring !== theirs.setupMonitoring, ours.defaultMonitor() === theirs.defaultMonitor());
     ${ASK}
     await ask(app, '/items/1', '/metrics');`,
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^true true\n200 true \{"same":true,"user":"u-1","inner":"u-2"\}\n/);
  expect(stdout).toContain('route="/items/:id",status_code="200",service="shared"} 1\n');
  expect(stdout).toContain('sold_total{service="shared"} 1\n');
});

it('says of a variable whose part is still to come that it has no effect', async () => {
  const { stdout } = await run(
    'module',
    `import { setupMonitoring } from 'telltale'; setupMonitoring({ serviceName: 'early' });`,
    { SMTP_HOST: 'mail.example', SLACK_WEBHOOK_URL: 'https://hooks.example/secret' },
  );
  expect(stdout).toContain('Set, and without effect in this version: SMTP_HOST, SLACK_WEBHOOK_URL');
  expect(stdout).not.toContain('secret');
});

/** A second installation of the packages, beside the same dependencies. */
function installCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-copy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== 'telltale' && name !== '@telltale') symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  for (const source of readdirSync(join(root, 'packages'))) {
    const target = join(modules, source === 'telltale' ? source : `@telltale/${source}`);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, 'packages', source, 'dist'), join(target, 'dist'), { recursive: true });
    cpSync(join(root, 'packages', source, 'package.json'), join(target, 'package.json'));
  }
  return folder;
}
