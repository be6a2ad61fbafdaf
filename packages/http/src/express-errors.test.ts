import type { NextFunction, Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { send } from '../../../test/contracts/http-server/client.ts';
import { expressVersions } from '../test/express-driver.ts';
import { type Build, count, fail, handled, ok, pass, passedOn, serve } from '../test/express-kit.ts';

for (const version of expressVersions) {
  describe(`${version.name} errors`, () => {
    it.each<[string, Build]>([
      [
        'at the application',
        (app) => {
          app.get('/x/:id', fail);
          app.use(handled);
        },
      ],
      [
        'at the router',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', fail);
          router.use(handled);
          app.use('/x', router);
        },
      ],
      ['at the route', (app) => app.get('/x/:id', fail, handled as never)],
      [
        'in a mounted application',
        (app, kit) => {
          const inner = kit.app();
          inner.get('/:id', fail);
          inner.use(handled);
          app.use('/x', inner);
        },
      ],
      [
        'at every level, each passing it on',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', fail, passedOn as never);
          router.use(passedOn);
          app.use('/x', router);
          app.use(passedOn);
          app.use(handled);
        },
      ],
      [
        'that wraps it in another',
        (app, kit) => {
          const router = kit.router();
          router.get('/:id', () => {
            throw new Error('inner');
          });
          router.use((error: unknown, _request: Request, _response: Response, next: NextFunction) => {
            next(new RangeError('outer', { cause: error }));
          });
          app.use('/x', router);
          app.use(handled);
        },
      ],
      ['of nobody', (app) => app.get('/x/:id', fail)],
      [
        'of nobody, from a parameter',
        (app) => {
          app.param('id', (_request, _response, next) => next(new RangeError('no such id')));
          app.get('/x/:id', ok);
        },
      ],
      [
        'at the router, from a parameter',
        (app, kit) => {
          const router = kit.router();
          router.param('id', (_request, _response, next) => next(new RangeError('no such id')));
          router.get('/:id', ok);
          router.use(handled);
          app.use('/x', router);
        },
      ],
    ])('counts and logs an error once with a handler %s', async (_name, build) => {
      const service = await serve(version, build);
      for (let i = 0; i < 2; i++) await send(service.port, `/x/${i}`);
      expect(await service.requests(2)).toEqual(['GET /x/:id 500 = 2']);
      expect(await service.samples('http_exceptions_total')).toEqual(['GET /x/:id RangeError = 2']);
      await service.lines('response', 2);
      expect(await service.lines('error', 2)).toHaveLength(2);
    });

    it('counts the error of a middleware under no route, also after a route that passed the request on', async () => {
      const service = await serve(version, (app) => {
        app.get('/passed', pass);
        app.use((request, _response, next) => (request.path === '/passed' ? fail() : next()));
      });
      expect(await count(service, 'GET /passed')).toEqual(['GET unmatched 500 = 1']);
      expect(await service.samples('http_exceptions_total')).toEqual(['GET unmatched RangeError = 1']);
    });

    it('counts what a body parser refuses', async () => {
      const service = await serve(version, (app, { express }) => {
        app.use(express.json());
        app.post('/x', ok);
      });
      await send(service.port, '/x', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a' });
      expect(await service.requests(1)).toEqual(['POST unmatched 400 = 1']);
      expect(await service.samples('http_exceptions_total')).toEqual(['POST unmatched SyntaxError = 1']);
      expect(await service.lines('error')).toMatchObject([{ level: 'WARNING' }]);
    });
  });
}
