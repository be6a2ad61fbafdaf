import { createServer } from 'node:http';
import type { Express, NextFunction, Request, Response, Router } from 'express';
import { describe, expect, it } from 'vitest';
import { send } from '../../../test/contracts/http-server/client.ts';
import { startService } from '../../../test/contracts/http-server/service.ts';
import { expressVersions } from '../test/express-driver.ts';
import { type Build, count, fail, type Kit, ok, pass, serve } from '../test/express-kit.ts';
import { expressMonitoring } from './express.ts';

for (const version of expressVersions) {
  const isExpress4 = version.name === 'Express 4';

  describe(`${version.name} routes`, () => {
    it.each<[string, Build, string, string]>([
      [
        'a router in a router',
        (app, kit) => {
          const orders = kit.router({ mergeParams: true });
          orders.get('/orders/:order', ok);
          const teams = kit.router({ mergeParams: true });
          teams.use('/teams/:team', orders);
          app.use('/users/:user', teams);
        },
        'GET /users/1/teams/2/orders/3',
        '/users/:user/teams/:team/orders/:order',
      ],
      ['a route of several paths, the first', (app) => app.get(['/a/:x', '/b'], ok), 'GET /a/1', '/a/:x'],
      ['a route of several paths, the last', (app) => app.get(['/a/:x', '/b'], ok), 'GET /b', '/b'],
      ['an expression', (app) => app.get(/^\/v(\d+)\/status$/, ok), 'GET /v2/status', '/^\\/v(\\d+)\\/status$/'],
      ['an expression among paths', (app) => app.get(['/a', /^\/b(\d+)$/i], ok), 'GET /B12', '/^\\/b(\\d+)$/i'],
      [
        'an expression in a router',
        (app, kit) => {
          const router = kit.router();
          router.get(/^\/v(\d+)\/?$/, ok);
          app.use('/api', router);
        },
        'GET /api/v1',
        '/api/^\\/v(\\d+)\\/?$/',
      ],
      [
        'a router on several paths',
        (app, kit) => {
          const router = kit.router();
          router.get('/list', ok);
          app.use(['/old/:x', '/new'], router);
        },
        'GET /new/list',
        '/new/list',
      ],
      [
        'a router on several paths, with a parameter',
        (app, kit) => {
          const router = kit.router();
          router.get('/list', ok);
          app.use(['/old/:x', '/new'], router);
        },
        'GET /old/7/list',
        '/old/:x/list',
      ],
      ['app.route', (app) => app.route('/things/:id').get(ok).delete(ok), 'DELETE /things/1', '/things/:id'],
      ['app.all', (app) => app.all('/any/:id', ok), 'PATCH /any/1', '/any/:id'],
      ['another case and a slash', (app) => app.get('/Case/:id', ok), 'GET /cASE/1/', '/Case/:id'],
      [
        'a wildcard',
        (app) => app.get(isExpress4 ? '/files/*' : '/files/*path', ok),
        'GET /files/a/b/c',
        isExpress4 ? '/files/*' : '/files/*path',
      ],
      [
        'a router on a wildcard',
        (app, kit) => {
          const router = kit.router();
          router.get('/', ok);
          app.use(isExpress4 ? '/:kind/*' : '/:kind/*rest', router);
        },
        'GET /docs/a/b',
        version.name === 'Express 5.3' ? '/:kind/*rest' : isExpress4 ? '/:kind/:0' : '/:kind/:rest',
      ],
      [
        'a parameter within a segment',
        (app, kit) => {
          const router = kit.router();
          router.get('/x', ok);
          app.use('/v:version', router);
        },
        'GET /v12/x',
        '/v:version/x',
      ],
      ['a handler after another that passes on', (app) => app.get('/two', pass, ok), 'GET /two', '/two'],
      [
        'next("route")',
        (app) => {
          app.get('/r/:a', (_request, _response, next) => next('route'), fail);
          app.get('/r/:b', ok);
        },
        'GET /r/1',
        '/r/:b',
      ],
      [
        'next("router")',
        (app, kit) => {
          const router = kit.router();
          router.get('/:a', (_request, _response, next) => next('router'));
          router.get('/:b', fail);
          app.use('/r', router);
          app.get('/r/:c', ok);
        },
        'GET /r/1',
        '/r/:c',
      ],
      [
        'a handler that answers and then passes on',
        (app) =>
          app.get('/early', (_request, response, next) => {
            response.send('ok');
            next();
          }),
        'GET /early',
        '/early',
      ],
      [
        'a mounted application',
        (app, kit) => {
          const admin = kit.app();
          admin.get('/users/:id', ok);
          app.use('/admin/:tenant', admin);
        },
        'GET /admin/acme/users/1',
        '/admin/:tenant/users/:id',
      ],
      [
        'an application in a mounted application, with a router',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', ok);
          const inner = kit.app();
          inner.use('/users', router);
          const outer = kit.app();
          outer.use('/inner/:x', inner);
          app.use('/outer', outer);
        },
        'GET /outer/inner/1/users/2',
        '/outer/inner/:x/users/:id',
      ],
      [
        'an application mounted on several paths',
        (app, kit) => {
          const inner = kit.app();
          inner.get('/x', ok);
          app.use(['/one', '/two/:y'], inner);
        },
        'GET /two/3/x',
        '/two/:y/x',
      ],
      [
        'a router behind a function',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', ok);
          app.use('/lazy/:x', (request, response, next) => router(request, response, next));
        },
        'GET /lazy/1/2',
        '/lazy/:x/:id',
      ],
      [
        'a router after a middleware with a path',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', ok);
          app.use('/api', pass);
          app.use('/api', router);
        },
        'GET /api/1',
        '/api/:id',
      ],
      [
        'a fall-through from one router to another',
        (app, kit) => {
          const first = kit.router();
          first.get('/:id', pass);
          const second = kit.router();
          second.get('/:name', ok);
          app.use('/f/:x', first);
          app.use('/f', second);
        },
        'GET /f/1',
        '/f/:name',
      ],
      [
        'a route that is not reached',
        (app) => {
          app.get('/gone', pass);
          app.use((_request, response) => response.status(404).send('custom'));
        },
        'GET /gone',
        'unmatched 404',
      ],
      [
        'a router that is passed through',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', pass);
          app.use('/p', router);
        },
        'GET /p/1',
        'unmatched 404',
      ],
      ['a function that answers all', (app) => app.use(ok), 'GET /whatever', 'unmatched'],
      [
        'automatic OPTIONS',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', ok);
          app.use('/o', router);
        },
        'OPTIONS /o/1',
        '/o/:id',
      ],
      ['OPTIONS of nothing', (app) => app.get('/o', ok), 'OPTIONS /x', 'unmatched 404'],
      [
        'OPTIONS answered by a middleware',
        (app) => {
          app.use((request, response, next) => (request.method === 'OPTIONS' ? response.sendStatus(204) : next()));
          app.get('/o/:id', ok);
        },
        'OPTIONS /o/1',
        '/o/:id 204',
      ],
    ])('gives the whole template for %s', async (_name, build, request, expected) => {
      const service = await serve(version, build);
      const [method] = request.split(' ');
      const counted = `${method} ${expected}${/ \d{3}$/.test(expected) ? '' : ' 200'}`;
      expect(await count(service, request)).toEqual([`${counted} = 1`]);
      expect(await count(service, request, request)).toEqual([`${counted} = 3`]);
    });

    it('tells the mounts of one router apart, also when their requests interleave', async () => {
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      const service = await serve(version, (app, kit) => {
        const router = kit.router();
        router.get('/list', (_request, response) => gate.then(() => response.send('ok')));
        app.use('/a/:id', router);
        app.use('/a/b', router);
        app.use('/c', router);
      });
      const sent = ['/a/1/list', '/c/list', '/a/2/list', '/c/list'].map((path) => send(service.port, path));
      await service.inFlight(4);
      open();
      await Promise.all(sent);
      expect(await service.requests(4)).toEqual(['GET /a/:id/list 200 = 2', 'GET /c/list 200 = 2']);
    });

    it('sees routes, routers and handlers that are added after the first request', async () => {
      const routers: Router[] = [];
      const apps: Express[] = [];
      const service = await serve(version, (app, kit) => {
        apps.push(app);
        routers.push(kit.router());
        app.use('/r', routers[0]!);
        app.get('/first', ok);
      });
      await count(service, 'GET /first', 'GET /r/late/1');
      routers[0]!.get('/late/:id', ok);
      const more = version.createRouter();
      more.get('/:id', fail);
      more.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        response.status(503).send('sorry');
      });
      apps[0]!.use('/more', more);
      await count(service, 'GET /r/late/1');
      await send(service.port, '/more/1');
      expect(await service.requests(4)).toEqual([
        'GET /first 200 = 1',
        'GET /more/:id 503 = 1',
        'GET /r/late/:id 200 = 1',
        'GET unmatched 404 = 1',
      ]);
      expect(await service.samples('http_exceptions_total')).toEqual(['GET /more/:id RangeError = 1']);
    });

    it('leaves a router to who reads it', async () => {
      const routers: Router[] = [];
      const service = await serve(version, (app, kit) => {
        const router = kit.router();
        router.get('/:id', ok);
        app.use('/x', router);
        routers.push(router);
      });
      const [layer] = routers[0]!.stack as { handle: unknown }[];
      const { handle } = layer!;
      await count(service, 'GET /x/1');
      expect(layer!.handle).toBe(handle);
      expect(Object.keys(layer!)).not.toContain('handleRequest');
    });

    it.each<[string, (app: Express, kit: Kit, middleware: never) => void, string]>([
      [
        'a router',
        (app, kit, middleware) => {
          const router = kit.router();
          router.use(middleware);
          router.get('/:id', ok);
          app.use('/api', router);
        },
        '/api/1',
      ],
      [
        'a mounted application',
        (app, kit, middleware) => {
          const inner = kit.app();
          inner.use(middleware);
          inner.get('/:id', ok);
          app.use('/api', inner);
        },
        '/api/1',
      ],
      [
        'a path',
        (app, kit, middleware) => {
          const router = kit.router();
          router.get('/:id', ok);
          app.use('/api', middleware);
          app.use(['/api', '/other'], router);
        },
        '/api/1',
      ],
    ])('gives the whole template where it is used on %s', async (_name, build, path) => {
      const service = await startService({
        name: version.name,
        create: async ({ monitor, config }) => {
          const app = version.createApp();
          const kit: Kit = { express: version.express, app: version.createApp, router: version.createRouter };
          build(app, kit, expressMonitoring(monitor, config) as never);
          return createServer(app);
        },
      });
      expect(await count(service, `GET ${path}`)).toEqual(['GET /api/:id 200 = 1']);
      expect(await count(service, `GET ${path}`, `GET ${path}`)).toEqual(['GET /api/:id 200 = 3']);
    });
  });
}
