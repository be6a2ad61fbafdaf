/** The parts of a layer that Telltale reads or wraps, over Express 4 and the routers 2.0 to 2.3 of Express 5. */
export interface Layer {
  readonly handle: LayerHandle;
  readonly name?: string;
  readonly route?: Route;
  /** Router 2.3: what the layer was declared with. */
  readonly rawPath?: PathPattern;
  /** Express 5: one for each pattern. */
  readonly matchers?: readonly Matcher[];
  /** Express 5: the layer takes every path. */
  readonly slash?: boolean;
  /** Express 4: all patterns in one expression. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean; readonly fast_star?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
}

/** A layer's function: a handler, an error handler, a router or a mounted application. */
type LayerHandle = ((...args: never[]) => unknown) & { readonly stack?: Layer[] };

/** What `app.get(…)` makes. */
export interface Route {
  readonly path: PathPattern;
  readonly stack: Layer[];
}

/** What a path may be declared as. */
export type PathPattern = string | RegExp | readonly PathPattern[];

/** Tries one pattern on a path. Throws on a percent-encoding that cannot be decoded. */
type Matcher = (path: string) => false | { readonly path: string; readonly params: Readonly<Record<string, unknown>> };

/** The pattern of a layer if it is the same for every request: declared as one text or expression, and kept. */
export function fixedPattern(layer: Layer): string | undefined {
  if (layer.slash || layer.regexp?.fast_slash) return '';
  const declared = layer.route?.path ?? layer.rawPath;
  return declared === undefined || Array.isArray(declared) ? undefined : patternText(declared);
}

const texts = new WeakMap<Layer, (string | undefined)[]>();

/**
 * The pattern by which a layer takes this path: of several, the one that does. Where a router does not keep its
 * patterns, the first path that each of them takes tells what it looks like.
 */
export function patternFor(layer: Layer, path: string): string {
  const fixed = fixedPattern(layer);
  if (fixed !== undefined) return fixed;
  const declared = (layer.route?.path ?? layer.rawPath) as readonly PathPattern[] | undefined;
  const matchers = matchersOf(layer);
  const index = matchers.length === 1 ? 0 : matchers.findIndex((matcher) => attempt(matcher, path));
  if (index < 0) return declared === undefined ? '/(pattern)' : declared.map(patternText).join(',');
  let known = texts.get(layer);
  if (known === undefined) texts.set(layer, (known = []));
  return (known[index] ??=
    declared === undefined ? textByProbing(layer, matchers[index]!, path) : patternText(declared[index]!));
}

/** The beginning of the path that a layer takes, or `undefined` if it does not take the path. */
export function matchedPath(layer: Layer, path: string): string | undefined {
  if (fixedPattern(layer) === '' && layer.route === undefined) return '';
  for (const matcher of matchersOf(layer)) {
    const match = attempt(matcher, path);
    if (match) return match.path.replace(/\/$/, '');
  }
  return undefined;
}

/** A pattern as a part of a template: `/orders/:id`, an expression as it is written, nothing for the root. */
export function patternText(pattern: PathPattern): string {
  if (pattern instanceof RegExp) return String(pattern);
  const text = Array.isArray(pattern) ? pattern.map(String).join(',') : (pattern as string).replace(/\/+$/, '');
  return text === '' || text.startsWith('/') ? text : `/${text}`;
}

function attempt(matcher: Matcher, path: string): ReturnType<Matcher> {
  try {
    return matcher(path);
  } catch {
    return false;
  }
}

const madeMatchers = new WeakMap<Layer, readonly Matcher[]>();

function matchersOf(layer: Layer): readonly Matcher[] {
  if (layer.matchers !== undefined) return layer.matchers;
  let made = madeMatchers.get(layer);
  if (made === undefined) madeMatchers.set(layer, (made = splitMatchers(layer)));
  return made;
}

/** Express 4 joins the expressions of an array with `|`; each that was made of a text begins with `^`. */
function splitMatchers({ regexp, keys = [] }: Layer): readonly Matcher[] {
  if (regexp === undefined) return [];
  const sources = regexp.source.split(/\|(?=\^)/);
  let keysBefore = 0;
  return sources.map((source) => {
    const expression = sources.length === 1 ? regexp : new RegExp(source, regexp.flags);
    const offset = keysBefore;
    keysBefore += new RegExp(`${source}|`).exec('')!.length - 1;
    return (path) => {
      const match = expression.exec(path);
      if (match === null) return false;
      const params = match.slice(1).map((value, i) => [keys[offset + i]?.name ?? i, value] as const);
      return { path: match[0], params: Object.fromEntries(params) };
    };
  });
}

/**
 * Each segment of the path is replaced in turn by a text of ours: where a parameter then has that text, the segment is
 * the parameter. For routers that keep of a mount path only a function (2.0 to 2.2) or an expression (Express 4).
 */
function textByProbing(layer: Layer, matcher: Matcher, path: string): string {
  if (layer.regexp?.fast_star) return '/*';
  if (matcher.name === 'regexpMatcher') return '/(pattern)';
  // What Express 4 makes of a text ends so; anything else was an expression from the start.
  if (layer.regexp !== undefined && !layer.regexp.source.endsWith('(?=\\/|$)')) return String(layer.regexp);

  const match = matcher(path);
  if (!match) return '/(pattern)';
  const segments = match.path.split('/');
  const names = segments.map((segment, i) => {
    if (segment === '') return segment;
    const probe = `telltale${i}`;
    const probed = attempt(matcher, segments.with(i, probe).join('/'));
    const found = probed && Object.entries(probed.params).find(([, value]) => String(value).includes(probe));
    return found ? `:${found[0]}` : withoutValues(segment, match.params);
  });
  // A wildcard takes several segments.
  return patternText(names.filter((name, i) => !name.startsWith(':') || name !== names[i - 1]).join('/'));
}

/** `x.json` as `:name.json`, where `name` is what the pattern took out of it. */
function withoutValues(segment: string, params: Readonly<Record<string, unknown>>): string {
  for (const [name, value] of Object.entries(params)) {
    const at = typeof value === 'string' && value !== '' ? segment.indexOf(value) : -1;
    if (at >= 0) return `${segment.slice(0, at)}:${name}${segment.slice(at + (value as string).length)}`;
  }
  return segment.toLowerCase();
}
