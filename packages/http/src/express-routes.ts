import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  fixedPattern,
  type Layer,
  type LayerHandle,
  matchedPath,
  patternFor,
  patternText,
  type Route,
} from './express-layer.ts';
import type { RequestObservation } from './observe-request.ts';
import { pathOf } from './request-path.ts';

/** The parts of an Express application that Telltale reads. */
export interface ExpressApp {
  readonly mountpath?: string | readonly string[];
  readonly parent?: ExpressApp;
  readonly router?: { readonly stack: Layer[] };
  readonly _router?: { readonly stack: Layer[] };
  use(handler: unknown): unknown;
}

/** A request as Express leaves it. */
export interface ExpressRequest extends IncomingMessage {
  readonly app?: ExpressApp;
  readonly baseUrl?: string;
  readonly originalUrl?: string;
  readonly route?: Route;
  params?: unknown;
  [WAY]?: Way;
}

type Next = (error?: unknown) => void;
type Handle = (this: Layer, request: ExpressRequest, response: ServerResponse, next: Next) => unknown;
type HandleError = (
  this: Layer,
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: Next,
) => unknown;

const WAY = Symbol('telltale.way');

/** Where a request stands on its way through the routers. */
interface Way {
  place: Place;
  /** The concrete path up to that place. */
  base: string;
  /** The last route that passed the request on. */
  passed: Route | undefined;
  observation: RequestObservation | undefined;
}

/** A place in the tree of patterns: a router's mount or a route. There is one for each template. */
class Place {
  readonly #prefix: string;
  readonly #inner = new Map<string, Place>();
  readonly template: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.template = prefix === '' ? '/' : prefix;
  }

  at(pattern: string): Place {
    if (pattern === '') return this;
    let inner = this.#inner.get(pattern);
    if (inner === undefined) this.#inner.set(pattern, (inner = new Place(this.#prefix + pattern)));
    return inner;
  }
}

const ROOT = new Place('');

/** A router may be mounted on itself. */
const MAX_DEPTH = 20;

/** How a stack looked when its layers were last wrapped. */
const looked = new WeakMap<Layer[], { readonly length: number; readonly last: Layer | undefined }>();
const wrapped = new WeakSet<Layer>();
const layers = new WeakMap<Route, Layer>();
const mountedApps = new WeakMap<Layer, ExpressApp>();
const ended = new WeakSet<ExpressApp>();

/**
 * Follows a request through the routers of its application from here on, so that the observation has the template of
 * the route that answers and every error that leaves a handler. `middleware` is the caller's own.
 *
 * The layers on the way are wrapped, once each and on the instance: a route is noted when it is dispatched and
 * forgotten when it passes the request on, and an error is seen before a handler makes a response of it.
 */
export function followRequest(request: ExpressRequest, observation: RequestObservation, middleware: unknown): void {
  const { app } = request;
  if (app === undefined) return;
  const way = request[WAY] ?? (request[WAY] = begin(request, app, middleware));
  for (let each: ExpressApp | undefined = app; each !== undefined; each = each.parent) look(stackOf(each));
  if (!ended.has(app)) watchEnd(app);
  way.observation = observation;
}

/** The template of the route that answered, where it was not seen being dispatched. */
export function routeAfterwards(request: ExpressRequest): string | undefined {
  const { app, route, method } = request;
  const way = request[WAY];
  if (way === undefined) return undefined;
  if (method === 'OPTIONS' && app !== undefined && route === undefined) {
    const first = find(outermost(app), pathOf(request.originalUrl), (layer, here) => layer.route && here);
    return first?.template;
  }
  return currentRoute(request, way);
}

/** Whether the service itself has something at this very path. A route that takes it among others does not count. */
export function hasOwnRoute(request: ExpressRequest, path: string): boolean {
  const { app } = request;
  if (app === undefined) return false;
  const wanted = path.toLowerCase();
  const own = find(outermost(app), path, (layer, here) => {
    const answers = layer.route !== undefined || stackOfLayer(layer) === undefined;
    return answers && here.template.toLowerCase() === wanted ? here : undefined;
  });
  return own !== undefined;
}

function begin(request: ExpressRequest, app: ExpressApp, middleware: unknown): Way {
  const { baseUrl = '' } = request;
  const way: Way = { place: ROOT, base: '', passed: undefined, observation: undefined };
  if (baseUrl === '') return way;
  // Within a router. Only its first request comes here unfollowed.
  const outside = placeOf(app);
  find(
    app,
    pathWithin(outside, baseUrl),
    (layer, _here, around, path) => {
      if (layer.handle !== middleware) return undefined;
      way.place = around;
      way.base = path === '/' ? baseUrl : baseUrl.slice(0, -path.length);
      return around;
    },
    outside,
  );
  return way;
}

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
    else if (isMounted(layer) || fixedPattern(layer) !== '') watchMount(layer);
  }
}

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

function watchMount(layer: Layer): void {
  const fixed = fixedPattern(layer);
  const enter = (way: Way, request: ExpressRequest): void => {
    look(stackOfLayer(layer));
    if (layer.name === 'mounted_app' && !mountedApps.has(layer)) meetApp(layer, request);
    const { baseUrl = '' } = request;
    way.place = way.place.at(fixed ?? patternFor(layer, baseUrl.slice(way.base.length)));
    way.base = baseUrl;
  };
  wrap<Handle>(
    layer,
    'handleRequest',
    (handle) =>
      function (request, response, next) {
        const way = (request[WAY] ??= { place: ROOT, base: '', passed: undefined, observation: undefined });
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

/** Errors that no handler of the service takes pass here on their way out. */
function watchEnd(app: ExpressApp): void {
  ended.add(app);
  app.use(function telltale(error: unknown, _request: unknown, _response: unknown, next: Next) {
    next(error);
  });
  look(stackOf(app));
}

/**
 * A mounted application is hidden in a closure. It shows on the request when its first layer takes it, or when it is
 * left: both set `params`.
 */
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

/** Whatever of ours fails on the way, the request goes on. */
function guard(way: Way, step: () => void): void {
  try {
    step();
  } catch (error) {
    way.observation?.reportFailure(error);
  }
}

/** The route that Express chose and that has not passed the request on. */
function currentRoute(request: ExpressRequest, way: Way): string | undefined {
  const { route } = request;
  if (route === undefined || route === way.passed) return undefined;
  const layer = layers.get(route);
  return way.place.at(layer === undefined ? patternText(route.path) : patternFor(layer, pathOf(request.url))).template;
}

type Visit = (layer: Layer, here: Place, around: Place, path: string) => Place | undefined | false;

/** What `visit` finds first at the layers that take this path, in the order in which Express tries them. */
function find(app: ExpressApp, path: string, visit: Visit, place = ROOT): Place | undefined {
  return findIn(stackOf(app), path, visit, place, 0);
}

function findIn(
  stack: readonly Layer[] = [],
  path: string,
  visit: Visit,
  around: Place,
  depth: number,
): Place | undefined {
  if (depth > MAX_DEPTH) return undefined;
  for (const layer of stack) {
    const matched = layer.handle.length === 4 ? undefined : matchedPath(layer, path);
    if (matched === undefined) continue;
    const here = around.at(patternFor(layer, path));
    const found =
      visit(layer, here, around, path) ||
      findIn(stackOfLayer(layer), path.slice(matched.length) || '/', visit, here, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** What an application is mounted on, all the way up. */
function placeOf({ parent, mountpath = '' }: ExpressApp): Place {
  if (parent === undefined) return ROOT;
  return placeOf(parent).at(patternText(typeof mountpath === 'string' ? mountpath : (mountpath[0] ?? '')));
}

/** The rest of a concrete path after as many segments as a place has. */
function pathWithin({ template }: Place, path: string): string {
  const segments = (text: string) => text.split('/').filter(Boolean);
  return `/${segments(path).slice(segments(template).length).join('/')}`;
}

function outermost(app: ExpressApp): ExpressApp {
  return app.parent === undefined ? app : outermost(app.parent);
}

function stackOf(app: ExpressApp): Layer[] | undefined {
  // Express 4 throws at a look at `app.router`.
  return (app._router ?? app.router)?.stack;
}

function isMounted(layer: Layer): boolean {
  return stackOfLayer(layer) !== undefined || layer.name === 'mounted_app';
}

function stackOfLayer(layer: Layer): Layer[] | undefined {
  const app = mountedApps.get(layer);
  if (app !== undefined) return stackOf(app);
  const { stack } = layer.handle as LayerHandle;
  return Array.isArray(stack) ? stack : undefined;
}

function isError(error: unknown): boolean {
  return Boolean(error) && error !== 'route' && error !== 'router';
}

/** Puts a method of its own on one layer, over its prototype's; its name was written otherwise before Express 5. */
function wrap<T>(layer: Layer, name: 'handleRequest' | 'handleError', around: (method: T) => T): void {
  const methods = layer as unknown as Record<string, T>;
  const actual = name in layer ? name : name === 'handleRequest' ? 'handle_request' : 'handle_error';
  Object.defineProperty(layer, actual, { value: around(methods[actual]!), writable: true, configurable: true });
}
