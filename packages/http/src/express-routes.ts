import type { ServerResponse } from 'node:http';
import { firstRoute, isDeclared, mountedApps, stackOf, stackWithin, standingOf } from './express-find.ts';
import { fixedPattern, type Layer, patternFor, patternText, type Route } from './express-layer.ts';
import { type ExpressApp, type ExpressRequest, startOfWay, WAY, type Way } from './express-way.ts';
import type { RequestObservation } from './observe-request.ts';
import { pathOf } from './request-path.ts';

type Next = (error?: unknown) => void;
type Handle = (this: Layer, request: ExpressRequest, response: ServerResponse, next: Next) => unknown;
type HandleError = (
  this: Layer,
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: Next,
) => unknown;

/**
 * Follows a request through the routers of its application from here on, so that the observation has the template of
 * the route that answers and every error that leaves a handler. `middleware` is the caller's own.
 *
 * The layers on the way are wrapped, once each and on the instance: a route is noted when it is dispatched and
 * forgotten when it passes the request on, and an error is seen before a handler makes a response of it.
 */
export function followRequest(request: ExpressRequest, observation: RequestObservation, middleware: unknown): void {
  const { app, baseUrl = '' } = request;
  if (app === undefined) return;
  let way = request[WAY];
  if (way === undefined) {
    way = request[WAY] = startOfWay();
    // Within a router. Only its first request comes here without a way.
    if (baseUrl !== '') Object.assign(way, standingOf(middleware, app, baseUrl));
  }
  for (let each: ExpressApp | undefined = app; each !== undefined; each = each.parent) look(stackOf(each));
  if (!ended.has(app)) watchEnd(app);
  way.observation = observation;
}

/** The template of the route that answered, where it was not seen being dispatched. */
export function routeAfterwards(request: ExpressRequest): string | undefined {
  const { app, route, method } = request;
  const way = request[WAY];
  if (way === undefined || app === undefined) return undefined;
  if (route !== undefined) return currentRoute(request, way);
  return method === 'OPTIONS' ? firstRoute(app, pathOf(request.originalUrl))?.template : undefined;
}

/** Whether the service itself has something at this very path. A route that takes it among others does not count. */
export function hasOwnRoute({ app }: ExpressRequest, path: string): boolean {
  return app !== undefined && isDeclared(app, path);
}

const wrapped = new WeakSet<Layer>();
/** How a stack was when its layers were last wrapped. */
const looked = new WeakMap<Layer[], { readonly length: number; readonly last: Layer | undefined }>();

function look(stack: Layer[] | undefined): void {
  if (stack === undefined) return;
  const before = looked.get(stack);
  const last = stack.at(-1);
  if (before !== undefined && before.length === stack.length && before.last === last) return;
  looked.set(stack, { length: stack.length, last });
  for (const layer of stack) {
    if (wrapped.has(layer)) continue;
    wrapped.add(layer);
    if (layer.route !== undefined) watchRoute(layer, layer.route);
    else if (layer.handle.length === 4) watchErrors(layer);
    else if (fixedPattern(layer) !== '' || stackWithin(layer) !== undefined || isMountedApp(layer)) watchMount(layer);
  }
}

const layers = new WeakMap<Route, Layer>();

function watchRoute(layer: Layer, route: Route): void {
  layers.set(route, layer);
  const fixed = fixedPattern(layer);
  let handlers = 0;
  const arrive = (way: Way, request: ExpressRequest, response: ServerResponse): void => {
    for (; handlers < route.stack.length; handlers++) {
      if (route.stack[handlers]!.handle.length === 4) watchErrors(route.stack[handlers]!);
    }
    if (way.observation === undefined || response.headersSent) return;
    way.observation.route = way.place.at(fixed ?? patternFor(layer, pathOf(request.url))).template;
  };
  wrap<Handle>(
    layer,
    'handleRequest',
    (handle) =>
      function (request, response, next) {
        const way = request[WAY];
        if (way === undefined) return handle.call(this, request, response, next);
        guard(way, () => arrive(way, request, response));
        return handle.call(this, request, response, (error) => {
          if (isError(error)) noteError(error, request, way);
          else {
            way.passed = route;
            // Some handlers answer first and call `next` then.
            if (way.observation !== undefined && !response.headersSent) way.observation.route = undefined;
          }
          next(error);
        });
      },
  );
}

/** Routers, mounted applications, and functions with a path, which may have a router within. */
function watchMount(layer: Layer): void {
  const fixed = fixedPattern(layer);
  const enter = (way: Way, request: ExpressRequest): void => {
    look(stackWithin(layer));
    if (isMountedApp(layer) && !mountedApps.has(layer)) meetApp(layer, request);
    const { baseUrl = '' } = request;
    way.place = way.place.at(fixed ?? patternFor(layer, baseUrl.slice(way.base.length)));
    way.base = baseUrl;
  };
  wrap<Handle>(
    layer,
    'handleRequest',
    (handle) =>
      function (request, response, next) {
        const way = (request[WAY] ??= startOfWay());
        const { place, base } = way;
        guard(way, () => enter(way, request));
        return handle.call(this, request, response, (error) => {
          if (isError(error)) noteError(error, request, way);
          else way.passed = request.route;
          way.place = place;
          way.base = base;
          next(error);
        });
      },
  );
}

function watchErrors(layer: Layer): void {
  wrap<HandleError>(
    layer,
    'handleError',
    (handle) =>
      function (error, request, response, next) {
        const way = request[WAY];
        if (way !== undefined) noteError(error, request, way);
        return handle.call(this, error, request, response, next);
      },
  );
}

const ended = new WeakSet<ExpressApp>();

/** Errors that no handler of the service takes pass here on their way out. */
function watchEnd(app: ExpressApp): void {
  ended.add(app);
  app.use(function telltale(error: unknown, _request: unknown, _response: unknown, next: Next) {
    next(error);
  });
  look(stackOf(app));
}

/** A mounted application shows on the request when its first layer takes it, or when it is left: both set `params`. */
function meetApp(layer: Layer, request: ExpressRequest): void {
  const { app: outer } = request;
  let { params } = request;
  const plain = { configurable: true, enumerable: true };
  Object.defineProperty(request, 'params', {
    ...plain,
    get: () => params,
    set: (value: unknown) => {
      params = value;
      const { app } = request;
      if (app === undefined || app === outer) return;
      Object.defineProperty(request, 'params', { ...plain, writable: true, value });
      mountedApps.set(layer, app);
      look(stackOf(app));
    },
  });
}

/** Notes the error, and the route whose parameters it came from if none was dispatched yet. */
function noteError(error: unknown, request: ExpressRequest, way: Way): void {
  const { observation } = way;
  if (observation === undefined) return;
  observation.noteError(error);
  guard(way, () => (observation.route ??= currentRoute(request, way)));
}

/** The route that Express chose and that has not passed the request on. */
function currentRoute(request: ExpressRequest, way: Way): string | undefined {
  const { route } = request;
  if (route === undefined || route === way.passed) return undefined;
  const layer = layers.get(route);
  return way.place.at(layer === undefined ? patternText(route.path) : patternFor(layer, pathOf(request.url))).template;
}

/** Whatever of ours fails on the way, the request goes on. */
function guard(way: Way, step: () => void): void {
  try {
    step();
  } catch (error) {
    way.observation?.reportFailure(error);
  }
}

function isMountedApp(layer: Layer): boolean {
  return layer.name === 'mounted_app';
}

function isError(error: unknown): boolean {
  return Boolean(error) && error !== 'route' && error !== 'router';
}

/** Puts a method of its own on one layer, over its prototype's; before Express 5 its name was written otherwise. */
function wrap<T>(layer: Layer, name: 'handleRequest' | 'handleError', around: (method: T) => T): void {
  const methods = layer as unknown as Record<string, T>;
  const actual = name in layer ? name : name === 'handleRequest' ? 'handle_request' : 'handle_error';
  Object.defineProperty(layer, actual, { value: around(methods[actual]!), writable: true, configurable: true });
}
