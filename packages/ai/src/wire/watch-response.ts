import type { BodyWatch } from './flow.ts';
import { watchBody } from './pass-through.ts';

/** Who looks at the body of a response. */
export interface ResponseWatch extends BodyWatch {
  /** Somebody reads it, in whatever way. */
  begun(): void;
  /** It was read at once: a text, or what the JSON in it told. Without this it is always passed through. */
  whole?(body: unknown): void;
  /** It cannot be watched, and is read as it came. */
  lost(error: unknown): void;
}

/** How far a response is; on the response itself, for what its members are called with is it alone. */
const READING = Symbol('telltale.reading');

interface Reading {
  readonly watch: ResponseWatch;
  readonly body: NonNullable<Response['body']>;
  readonly text: () => Promise<string>;
  readonly json: () => Promise<unknown>;
  /** Everything is asked of this one, once the body was asked for as a stream, or as anything but a text. */
  watched: Response | undefined;
  begun: boolean;
}

type Watched = Response & { [READING]: Reading };

/** Without us, undici cancels the body of a response that was dropped; whoever watches it is told. */
const dropped = new FinalizationRegistry<ResponseWatch>((watch) => watch.cancelled());

/**
 * Watches a body without a hand on it until it is read: `text()` and `json()` read it as they would, and what they bring
 * is looked at. For all other ways to read it, it is passed through by {@link watchBody}, once one of them is taken. The
 * response is watchable, and stays the same object, of whatever class; for one that is a plain object and nobody's class,
 * as mocks are, its like is returned. The watch must not know the response, whose disappearance it is told of.
 */
export function watchResponse(given: Response, watch: ResponseWatch): Response {
  const isPlain = Object.getPrototypeOf(given) === Object.prototype;
  const response = isPlain ? Object.create(Object.prototype, Object.getOwnPropertyDescriptors(given)) : given;
  const { text, json, body } = response;
  const value: Reading = { watch, body, text, json, watched: undefined, begun: false };
  Object.defineProperty(response, READING, { value });
  Object.defineProperties(response, isPlain ? membersIn(response) : MEMBERS);
  dropped.register(response, watch, watch);
  return response;
}

function readWhole(response: Watched, member: 'text' | 'json'): Promise<unknown> {
  const reading = response[READING];
  const { watch } = reading;
  const watched = watch.whole === undefined ? watchedOf(response) : reading.watched;
  if (watched !== undefined) return watched[member]();
  const body: Promise<unknown> = reading[member].call(response);
  if (!begin(reading)) return body;
  return body.then(
    (whole) => {
      watch.whole!(whole);
      return whole;
    },
    (error) => {
      // It came whole, and was no JSON.
      if (error instanceof SyntaxError) watch.whole!('');
      else watch.failed(error);
      throw error;
    },
  );
}

/** Whether it was the first to read. */
function begin(reading: Reading): boolean {
  if (reading.begun) return false;
  reading.begun = true;
  dropped.unregister(reading.watch);
  reading.watch.begun();
  return true;
}

/** The response to ask for everything else: a watched one, unless the body was read at once. */
function watchedOf(response: Watched): Response | undefined {
  const reading = response[READING];
  if (begin(reading)) {
    try {
      reading.watched = watchBody(response, reading.watch, reading.body);
    } catch (error) {
      reading.watch.lost(error);
    }
  }
  return reading.watched;
}

function own(response: Response, member: keyof Response): unknown {
  return Reflect.get(Object.getPrototypeOf(response), member, response);
}

const MEMBERS: PropertyDescriptorMap = {
  body: {
    get(this: Watched) {
      const watched = watchedOf(this);
      return watched === undefined ? this[READING].body : watched.body;
    },
    configurable: true,
  },
  bodyUsed: {
    get(this: Watched) {
      return this[READING].watched?.bodyUsed ?? own(this, 'bodyUsed');
    },
    configurable: true,
  },
};
for (const name of ['text', 'json'] as const) {
  method(name, function (this: Watched) {
    return readWhole(this, name);
  });
}
for (const name of ['arrayBuffer', 'blob', 'bytes', 'formData', 'clone'] as const) {
  method(name, function (this: Watched) {
    const watched = watchedOf(this);
    return watched === undefined ? (own(this, name) as () => unknown).call(this) : watched[name]();
  });
}

function method(name: string, value: (this: Watched) => unknown): void {
  MEMBERS[name] = { value, writable: true, configurable: true };
}

/** A plain object keeps to the members that it has, and they are listed as they were. */
function membersIn(response: object): PropertyDescriptorMap {
  const members = Object.entries(MEMBERS).filter(([name]) => name in response);
  return Object.fromEntries(members.map(([name, member]) => [name, { ...member, enumerable: true }]));
}
