import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type * as Express from 'express';
import type { Answer, ServerDriver, TestApp, TestRoute } from '../../../test/contracts/http-server/driver.ts';
import { expressMonitoring } from '../src/express.ts';

const require = createRequire(import.meta.url);

/** One Express, as its own users would load it. */
export interface ExpressVersion {
  readonly name: string;
  readonly express: typeof Express.default;
  createApp(): Express.Express;
  createRouter(options?: Express.RouterOptions): Express.Router;
}

function version(name: string, express: typeof Express.default): ExpressVersion {
  return { name, express, createApp: () => express(), createRouter: (options) => express.Router(options) };
}

/** Express 5.0 to 5.2 with the router of their time, which keeps no patterns and writes its matches on the layers. */
function withOlderRouter(): ExpressVersion {
  const express = require('express5.2') as typeof Express.default;
  const Router = require('router2.2') as new (options?: Express.RouterOptions) => Express.Router;
  const createApp = (): Express.Express => {
    const app = express();
    return Object.defineProperty(app, 'router', { value: new Router({ caseSensitive: false, strict: false }) });
  };
  return { name: 'Express 5.2, router 2.2', express, createApp, createRouter: (options) => new Router(options) };
}

/** Every Express that Telltale is tested with. */
export const expressVersions: readonly ExpressVersion[] = [
  version('Express 5.3', require('express')),
  withOlderRouter(),
  version('Express 4', require('express4')),
];

/** A contract driver for each of them. */
export const expressDrivers: readonly ServerDriver[] = expressVersions.map((each) => ({
  name: each.name,
  create: async (app) => createExpressServer(each, app),
}));

function createExpressServer(version: ExpressVersion, { monitor, config, routes, before, times = 1 }: TestApp): Server {
  const app = version.createApp();
  // Express writes unhandled errors to stderr in any other environment.
  app.set('env', 'test');
  if (before !== undefined) {
    app.use((request, response, next) => {
      before(request, response);
      next();
    });
  }
  for (let i = 0; i < times; i++) app.use(expressMonitoring(monitor, config));
  app.use(version.express.json());
  const routers = new Map<string, Express.Router>();
  for (const route of routes) {
    const { prefix } = route;
    if (prefix === undefined) addRoute(app, route);
    else {
      let router = routers.get(prefix);
      if (router === undefined) {
        router = version.createRouter({ mergeParams: true });
        routers.set(prefix, router);
        app.use(prefix, router);
      }
      addRoute(router, route);
    }
  }
  return createServer(app);
}

function addRoute(router: Express.IRouter, { method = 'GET', path, handle, raw }: TestRoute): void {
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
  router[verb](path, (request, response, next) => {
    if (raw !== undefined) raw(request, response);
    else {
      // Express 4 does not look at a handler's promise.
      new Promise<Answer>((resolve) => {
        resolve(handle!({ params: request.params as Record<string, string>, body: request.body }));
      }).then(({ status = 200, headers = {}, body }) => {
        response.status(status).set(headers);
        if (body instanceof Readable) body.pipe(response);
        else response.send(body);
      }, next);
    }
  });
}
