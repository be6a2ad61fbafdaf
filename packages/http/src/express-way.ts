import type { IncomingMessage } from 'node:http';
import type { Layer, Route } from './express-layer.ts';
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
  params?: unknown;
  [WAY]?: Way;
}

/** Where a request carries its way. */
export const WAY = Symbol('telltale.way');

/** Where a request stands among the routers. */
export interface Way {
  place: Place;
  /** The concrete path up to that place. */
  base: string;
  /** The last route that passed the request on. */
  passed: Route | undefined;
  observation: RequestObservation | undefined;
}

/** The way of a request that has not entered a router yet. */
export function startOfWay(): Way {
  return { place: ROOT, base: '', passed: undefined, observation: undefined };
}

/** No router has so many routes. One that is given new paths for ever makes no more templates than this. */
const MAX_INNER = 5_000;

/** A place in the tree of patterns: a router's mount or a route. There is one for each template. */
class Place {
  readonly #prefix: string;
  readonly #inner = new Map<string, Place>();
  readonly template: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.template = prefix === '' ? '/' : prefix;
  }

  /** The place at `pattern` within this one. */
  at(pattern: string): Place {
    if (pattern === '') return this;
    let inner = this.#inner.get(pattern);
    if (inner === undefined) {
      if (this.#inner.size >= MAX_INNER) return OTHER;
      this.#inner.set(pattern, (inner = new Place(this.#prefix + pattern)));
    }
    return inner;
  }
}

export type { Place };

/** The outermost place. */
export const ROOT = new Place('');
const OTHER = new Place('other');
