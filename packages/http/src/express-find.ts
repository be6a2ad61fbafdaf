import { type Layer, matchedPath, patternFor, patternText } from './express-layer.ts';
import { type ExpressApp, type Place, ROOT } from './express-way.ts';

/** A mounted application hides in a closure. Those that have shown themselves, by the layer that holds them. */
export const mountedApps = new WeakMap<Layer, ExpressApp>();

/** The layers of an application, once it has any. */
export function stackOf(app: ExpressApp): Layer[] | undefined {
  // Express 4 throws at a look at `app.router`.
  return (app._router ?? app.router)?.stack;
}

/** The layers of what is mounted on a layer, if it is a router or a known application. */
export function stackWithin(layer: Layer): Layer[] | undefined {
  const app = mountedApps.get(layer);
  if (app !== undefined) return stackOf(app);
  const { stack } = layer.handle;
  return Array.isArray(stack) ? stack : undefined;
}

/** The first route that takes this path, whatever its methods. */
export function firstRoute(app: ExpressApp, path: string): Place | undefined {
  return find(outermost(app), path, ROOT, (layer, { here }) => (layer.route === undefined ? undefined : here));
}

/** Whether something is declared for this very path. What takes it among others does not count. */
export function isDeclared(app: ExpressApp, path: string): boolean {
  const wanted = path.toLowerCase();
  const found = find(outermost(app), path, ROOT, (layer, { here }) => {
    const answers = layer.route !== undefined || stackWithin(layer) === undefined;
    return (answers && here.template.toLowerCase() === wanted) || undefined;
  });
  return found !== undefined;
}

/** Where a handler stands that is called with this `baseUrl`: the place of its router, and the concrete path to it. */
export function standingOf(
  handler: unknown,
  app: ExpressApp,
  baseUrl: string,
): { readonly place: Place; readonly base: string } | undefined {
  const start = placeOf(app);
  return find(app, without(start, baseUrl), start, (layer, { around, path }) => {
    if (layer.handle !== handler) return undefined;
    return { place: around, base: path === '/' ? baseUrl : baseUrl.slice(0, -path.length) };
  });
}

interface Visited {
  /** The layer's own place, and that of the router it is in. */
  readonly here: Place;
  readonly around: Place;
  /** The path as the router sees it. */
  readonly path: string;
}

/** A router may be mounted on itself. */
const MAX_DEPTH = 20;

/** What `visit` first finds at the layers that take this path, in the order in which Express tries them. */
function find<T>(
  app: ExpressApp,
  path: string,
  place: Place,
  visit: (layer: Layer, visited: Visited) => T | undefined,
): T | undefined {
  const search = (stack: readonly Layer[] = [], path: string, around: Place, depth: number): T | undefined => {
    if (depth > MAX_DEPTH) return undefined;
    for (const layer of stack) {
      const matched = layer.handle.length === 4 ? undefined : matchedPath(layer, path);
      if (matched === undefined) continue;
      const here = around.at(patternFor(layer, path));
      const found = visit(layer, { here, around, path });
      if (found !== undefined) return found;
      const within = search(stackWithin(layer), path.slice(matched.length) || '/', here, depth + 1);
      if (within !== undefined) return within;
    }
    return undefined;
  };
  return search(stackOf(app), path, place, 0);
}

/** What an application is mounted on, all the way up. */
function placeOf({ parent, mountpath = '' }: ExpressApp): Place {
  if (parent === undefined) return ROOT;
  return placeOf(parent).at(patternText(typeof mountpath === 'string' ? mountpath : (mountpath[0] ?? '')));
}

/** The rest of a concrete path after as many segments as a place has. */
function without({ template }: Place, path: string): string {
  const segments = (text: string) => text.split('/').filter(Boolean);
  return `/${segments(path).slice(segments(template).length).join('/')}`;
}

function outermost(app: ExpressApp): ExpressApp {
  return app.parent === undefined ? app : outermost(app.parent);
}
