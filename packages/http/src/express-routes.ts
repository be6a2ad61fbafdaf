import type { IncomingMessage } from 'node:http';
import { couldMatch, joinPatterns, type Layer, type LayerHandle, patternOf, type Route } from './express-layer.ts';
import type { RequestObservation } from './observe-request.ts';

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
  readonly next?: unknown;
  [OBSERVATION]?: RequestObservation;
}

/** Where a request carries what is observed of it. */
export const OBSERVATION = Symbol('telltale.observation');

/** The routers between the application and a layer, outermost first. */
type Mounts = readonly Layer[];

type Next = (error?: unknown) => void;

/**
 * The routes of one Express application and of everything mounted on it. Each route's layer, and each error
 * handler's, is wrapped once on the instance itself: so the route is noted when it is dispatched and forgotten when it
 * passes the request on, and an error is seen before any handler makes a response of it.
 */
export class ExpressRoutes {
  readonly #mountsByLayer = new WeakMap<Layer, Mounts[]>();
  readonly #layerByRoute = new WeakMap<Route, Layer>();
  readonly #wrapped = new WeakSet<Layer>();
  readonly #watched = new WeakSet<ExpressApp>();
  /** Templates that need no look at the path: a layer in one place, each pattern on the way one text. */
  readonly #templates = new WeakMap<Layer, string>();

  /** Looks at an application's layers: all of them the first time, later only at those that are new. */
  watch(app: ExpressApp): void {
    const stack = stackOf(app);
    if (stack === undefined) return;
    this.#walk(stack, []);
    if (this.#watched.has(app)) return;
    this.#watched.add(app);
    // Errors that no handler of the service takes pass here on their way out.
    app.use((error: unknown, request: ExpressRequest, _response: unknown, next: Next) => {
      request[OBSERVATION]?.noteError(error);
      next(error);
    });
  }

  /** Whether `watch` has seen the application. */
  isWatched(app: ExpressApp): boolean {
    return this.#watched.has(app);
  }

  /**
   * The template of the route that answered, for a request whose dispatch went unseen because its route or
   * application was added after the last look.
   */
  routeAfterwards(request: ExpressRequest): string | undefined {
    const { app, route } = request;
    if (app === undefined) return undefined;
    if (request.method === 'OPTIONS' && route === undefined) return this.#automaticOptions(request, app);
    if (route === undefined) return undefined;
    if (this.#layerByRoute.has(route) && this.#watched.has(app)) return undefined;
    this.watch(app);
    const layer = this.#layerByRoute.get(route);
    // The outermost router puts `next` back when it is left: the request fell through to the end.
    if (layer === undefined || request.next === undefined) return undefined;
    return this.#templateOf(layer, request, pathOf(request.originalUrl ?? ''));
  }

  /** Whether the service itself answers GET requests for this path. */
  hasOwnRoute(app: ExpressApp, path: string): boolean {
    this.watch(app);
    return (
      this.#find(stackOf(app) ?? [], path, (route) => Boolean(route.methods.get ?? route.methods._all)) !== undefined
    );
  }

  #walk(stack: readonly Layer[], mounts: Mounts): void {
    for (const layer of stack) {
      const inner = stackOfHandle(layer.handle);
      if (layer.route !== undefined) this.#place(layer, layer.route, mounts);
      else if (inner !== undefined && !mounts.includes(layer)) this.#walk(inner, [...mounts, layer]);
      else if (layer.handle.length === 4) this.#wrapErrorHandler(layer);
    }
  }

  #place(layer: Layer, route: Route, mounts: Mounts): void {
    const places = this.#mountsByLayer.get(layer) ?? [];
    if (!places.some((place) => place.length === mounts.length && place.every((mount, i) => mount === mounts[i]))) {
      this.#mountsByLayer.set(layer, [...places, mounts]);
      this.#templates.delete(layer);
    }
    this.#layerByRoute.set(route, layer);
    for (const handler of route.stack) if (handler.handle.length === 4) this.#wrapErrorHandler(handler);
    if (!this.#wrapped.has(layer)) this.#wrapRoute(layer);
  }

  #wrapRoute(layer: Layer): void {
    this.#wrapped.add(layer);
    const handle = layer.handle as (request: ExpressRequest, response: unknown, next: Next) => unknown;
    const watched = (request: ExpressRequest, response: unknown, next: Next): unknown => {
      const observation = request[OBSERVATION];
      if (observation === undefined) return handle(request, response, next);
      observation.route = this.#templateOf(layer, request);
      return handle(request, response, (error) => {
        if (error && error !== 'route' && error !== 'router') observation.noteError(error);
        else observation.route = undefined;
        next(error);
      });
    };
    layer.handle = alike(watched, layer.handle);
  }

  #wrapErrorHandler(layer: Layer): void {
    if (this.#wrapped.has(layer)) return;
    this.#wrapped.add(layer);
    const handle = layer.handle as (error: unknown, request: ExpressRequest, response: unknown, next: Next) => unknown;
    const watched = (error: unknown, request: ExpressRequest, response: unknown, next: Next): unknown => {
      request[OBSERVATION]?.noteError(error);
      return handle(error, request, response, next);
    };
    layer.handle = alike(watched, layer.handle);
  }

  /** The full template of a route's layer for this request. `path` is the whole path, where the router is already left. */
  #templateOf(layer: Layer, request: ExpressRequest, path?: string): string {
    const known = this.#templates.get(layer);
    if (known !== undefined) return known;
    const places = this.#mountsByLayer.get(layer) ?? [];
    const outside = prefixOf(request.app);
    const base = path ?? request.baseUrl ?? '';
    const own = patternOf(layer, path === undefined ? pathOf(request.url ?? '') : lastSegments(path, layer));
    const candidates = places.map((mounts) =>
      joinPatterns(outside, ...mounts.map((mount) => patternOf(mount, base.slice(outside.length)))),
    );
    const mounted = candidates.find((candidate) => couldMatch(candidate, base)) ?? candidates[0] ?? outside;
    const template = joinPatterns(mounted, own);
    const single = places.length === 1 && [layer, ...places[0]!].every(isConstant);
    if (single) this.#templates.set(layer, template);
    return template;
  }

  #automaticOptions(request: ExpressRequest, app: ExpressApp): string | undefined {
    const found = this.#find(stackOf(app) ?? [], pathOf(request.originalUrl ?? request.url ?? ''), () => true);
    return found && joinPatterns(prefixOf(app), found);
  }

  /** The template of the first route under `stack` that takes this path. */
  #find(stack: readonly Layer[], path: string, takes: (route: Route) => boolean): string | undefined {
    for (const layer of stack) {
      const inner = stackOfHandle(layer.handle);
      if (layer.route === undefined && inner === undefined) continue;
      const matched = matchedPath(layer, path);
      if (matched === undefined) continue;
      if (layer.route !== undefined) {
        if (takes(layer.route)) return patternOf(layer, path);
        continue;
      }
      const found = this.#find(inner!, path.slice(matched.replace(/\/$/, '').length) || '/', takes);
      if (found !== undefined) return joinPatterns(patternOf(layer, path), found);
    }
    return undefined;
  }
}

/** What an application mounted on another is mounted on, all the way up. */
function prefixOf(app: ExpressApp | undefined): string {
  if (app?.parent === undefined) return '';
  const own = typeof app.mountpath === 'string' ? app.mountpath : (app.mountpath?.[0] ?? '');
  return joinPatterns(prefixOf(app.parent), own);
}

function isConstant(layer: Layer): boolean {
  const declared = layer.route?.path ?? layer.rawPath;
  return typeof declared === 'string' || layer.regexp !== undefined || layer.slash === true;
}

/** The part of a whole path that a route's own pattern may have matched: as many segments as the pattern has. */
function lastSegments(path: string, layer: Layer): string {
  const { path: declared } = layer.route!;
  if (typeof declared !== 'string') return path;
  const count = declared.split('/').filter(Boolean).length;
  return `/${path.split('/').filter(Boolean).slice(-count).join('/')}`;
}

function matchedPath(layer: Layer, path: string): string | undefined {
  const { params, path: before } = layer;
  try {
    const match = layer.match(path);
    if (!match) return undefined;
    return match === true ? String(layer.path) : match.path;
  } catch {
    return undefined;
  } finally {
    // Routers before 2.3 write what they matched on the layer, where a request under way may read it.
    if ('params' in layer) Object.assign(layer, { params, path: before });
  }
}

function stackOf(app: ExpressApp): Layer[] | undefined {
  // Express 4 throws at a look at `app.router`.
  return (app._router ?? app.router)?.stack;
}

function stackOfHandle(handle: LayerHandle): Layer[] | undefined {
  if (Array.isArray(handle.stack)) return handle.stack;
  const isApp = 'mountpath' in handle;
  return isApp ? stackOf(handle as unknown as ExpressApp) : undefined;
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Gives `wrapper` the name, length and properties of what it stands for: Express reads the length. */
function alike<T extends LayerHandle>(wrapper: LayerHandle, original: T): T {
  return Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original)) as T;
}
