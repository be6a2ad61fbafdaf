/** The parts of a layer that Telltale reads, over Express 4 and the routers 2.0 to 2.3 of Express 5. */
export interface Layer {
  handle: LayerHandle;
  readonly route?: Route;
  /** Router 2.3: what the layer was declared with. */
  readonly rawPath?: PathPattern;
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean; readonly fast_star?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
  /** Express 5: the layer takes every path. */
  readonly slash?: boolean;
  params?: unknown;
  path?: unknown;
  match(path: string): boolean | { readonly params: Record<string, unknown>; readonly path: string };
}

/** A layer's function: a handler, an error handler, a router or a mounted application. */
export type LayerHandle = ((...args: never[]) => unknown) & {
  readonly stack?: Layer[];
  readonly router?: { readonly stack: Layer[] };
  readonly _router?: { readonly stack: Layer[] };
};

/** What `app.get(…)` makes. */
export interface Route {
  readonly path: PathPattern;
  readonly stack: Layer[];
  readonly methods: Readonly<Record<string, boolean>>;
}

/** What a path may be declared as. */
export type PathPattern = string | RegExp | readonly PathPattern[];

/**
 * The pattern that a layer was declared with. `path` is what the layer matches, without a query: of several patterns
 * it chooses the one, and where a router does not keep the pattern it is found by trying.
 */
export function patternOf(layer: Layer, path: string): string {
  const declared = layer.route?.path ?? layer.rawPath;
  if (declared !== undefined) return choose(declared, path);
  if (layer.slash || layer.regexp?.fast_slash) return '';
  if (layer.regexp?.fast_star) return '*';
  if (layer.regexp !== undefined) return fromRegexp(layer.regexp, layer.keys ?? []);
  return byProbing(layer, path);
}

/** Joins what a router is mounted on and what is declared in it; only the root ends in a slash. */
export function joinPatterns(...patterns: readonly string[]): string {
  const joined = patterns
    .filter((pattern) => pattern !== '' && pattern !== '/')
    .map((pattern) => (pattern.startsWith('/') ? pattern : `/${pattern}`))
    .join('')
    .replaceAll(/\/{2,}/g, '/')
    .replace(/\/$/, '');
  return joined === '' ? '/' : joined;
}

/** Whether a path could be one that the pattern stands for, segment by segment; a pattern's prefix is enough. */
export function couldMatch(pattern: string, path: string): boolean {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.some((segment) => /[*{(]/.test(segment))) return true;
  return (
    wanted.length <= given.length &&
    wanted.every((segment, i) => segment.includes(':') || segment.toLowerCase() === given[i]!.toLowerCase())
  );
}

function choose(declared: PathPattern, path: string): string {
  if (!Array.isArray(declared)) return String(declared);
  const patterns = (declared as readonly PathPattern[]).flat(8) as readonly (string | RegExp)[];
  const exact = patterns.find((pattern) => {
    if (pattern instanceof RegExp) return new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, '')).test(path);
    return depthOf(pattern) === depthOf(path) && couldMatch(pattern, path);
  });
  return String(exact ?? patterns.find((pattern) => couldMatch(String(pattern), path)) ?? patterns.join(','));
}

function depthOf(path: string): number {
  return path.split('/').filter(Boolean).length;
}

/** Express 4 keeps only the expression that it made of a path, and the names of its groups. */
function fromRegexp(regexp: RegExp, keys: readonly { readonly name: string | number }[]): string {
  let key = 0;
  const path = regexp.source
    .replace(/^\^/, '')
    .replace('\\/?(?=\\/|$)', '')
    .replaceAll(
      /\(\?:\\?\/?\(\[\^\\?\/\]\+\?\)\)|\(\?:\(\[\^\\?\/\]\+\?\)\)/g,
      (group) => `${group.includes('\\/(') ? '/' : ''}:${keys[key++]?.name ?? 'param'}`,
    )
    .replaceAll('\\/', '/')
    .replaceAll(/\\([.-])/g, '$1');
  return /[\\^$?*()[\]|]/.test(path) ? String(regexp) : path;
}

/**
 * Routers 2.0 to 2.2 keep a function. Each segment of a path that matches is replaced in turn by a text of ours:
 * where a parameter then has that text, the segment is the parameter.
 */
function byProbing(layer: Layer, path: string): string {
  const { params, path: matched } = layer;
  try {
    if (!layer.match(path)) return '';
    const segments = String(layer.path).split('/');
    const names = segments.map((segment, i) => {
      if (segment === '') return segment;
      const probe = `telltale${i}`;
      const probing = segments.with(i, probe).join('/');
      const found = layer.match(probing) && Object.entries(layer.params ?? {}).find(([, value]) => value === probe);
      return found ? `:${found[0]}` : segment;
    });
    return names.join('/');
  } finally {
    layer.params = params;
    layer.path = matched;
  }
}
