import { createServer } from 'node:http';
import type { Express, NextFunction, Request, Response, Router } from 'express';
import { send } from '../../../test/contracts/http-server/client.ts';
import { type Service, startService } from '../../../test/contracts/http-server/service.ts';
import { expressMonitoring } from '../src/express.ts';
import type { ExpressVersion } from './express-driver.ts';

/** Answers. */
export const ok = (_request: Request, response: Response): unknown => response.send('ok');
/** Passes the request on. */
export const pass = (_request: Request, _response: Response, next: NextFunction): unknown => next();
/** Throws. */
export const fail = (): never => {
  throw new RangeError('on purpose');
};

/** Puts a test's routes on an application. */
export type Build = (app: Express, kit: Kit) => void;

/** What the version at hand makes. */
export interface Kit {
  readonly express: ExpressVersion['express'];
  app(): Express;
  router(options?: Parameters<ExpressVersion['createRouter']>[0]): Router;
}

/** Starts an application that is watched, with what `build` puts on it. */
export async function serve(version: ExpressVersion, build: Build): Promise<Service> {
  return startService({
    name: version.name,
    create: async ({ monitor, config }) => {
      const app = version.createApp();
      app.set('env', 'test');
      app.use(expressMonitoring(monitor, config));
      build(app, { express: version.express, app: () => silent(version.createApp()), router: version.createRouter });
      return createServer(app);
    },
  });
}

function silent(app: Express): Express {
  return app.set('env', 'test');
}

/** Sends each `METHOD path` in turn and gives what is counted. */
export async function count(service: Service, ...requests: string[]): Promise<string[]> {
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ');
    await send(service.port, path, { method });
  }
  return service.requests(requests.length);
}

/** Answers an error. */
export function handled(_error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  response.status(500).send('handled');
}

/** Passes an error on. */
export function passedOn(error: unknown, _request: Request, _response: Response, next: NextFunction): void {
  next(error);
}
