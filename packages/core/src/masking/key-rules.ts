import { TelltaleError } from '../errors.ts';
import { foldKey, namesSecret } from './keys.ts';

/** Where a key stands: the keys above it, nearest first. Made once for each object, not for each of its keys. */
export interface KeyPath {
  readonly key: string;
  readonly above?: KeyPath | undefined;
}

/** What is to be done with a value because of its key: nothing, hide it, or show it whatever is in it. */
export type KeyVerdict = 'judge' | 'hide' | 'show';

/** Says what a key demands. */
export interface KeyRules {
  readonly verdict: (key: string, within?: KeyPath) => KeyVerdict;
  /** Whether the answer can depend on the keys above. Above the nearest one they need not be given if not. */
  readonly needsPath: boolean;
  /** Whether the answer for this key can depend on any key above. */
  readonly dependsOnPath: (key: string) => boolean;
}

/** Words that say nothing alone and are secret under these: `card.number`, `api.key`, `bank.account`. */
const SECRET_BELOW: ReadonlyMap<string, RegExp> = new Map([
  ['number', /^(?:credit|debit|payment|bank)?card$|^(?:bank)?account$|^pan$|passport$/],
  ['code', /^(?:security|verification|otp|mfa|twofactor)$/],
  ['key', /^(?:api|secret|private|encryption|signing|access|master|ssh|license)$/],
  ['value', /(?:^|[a-z])(?:password|secret|token|apikey|credential)$/],
]);

const KNOWN_LIMIT = 2_000;

/**
 * Rules from the built-in list, `keys` to hide besides and `allow` to show. An entry without a dot is a key at any
 * depth, in any case and with any separators (`*` stands for any characters); one with dots is a path from the top, where `*` stands
 * for one key and `**` for any number of them. `allow` wins.
 *
 * @throws {TelltaleError} on an entry that is empty.
 */
export function createKeyRules(keys: readonly string[], allow: readonly string[]): KeyRules {
  const hidden = parseAll(keys);
  const shown = parseAll(allow);
  const needsPath = hidden.paths.length > 0 || shown.paths.length > 0;
  const known = new Map<string, KeyVerdict>();

  function ofKey(key: string): KeyVerdict {
    let verdict = known.get(key);
    if (verdict === undefined) {
      const folded = foldKey(key);
      if (shown.names.some((name) => name(folded))) verdict = 'show';
      else verdict = hidden.names.some((name) => name(folded)) || namesSecret(key) ? 'hide' : 'judge';
      if (known.size < KNOWN_LIMIT && key.length <= 128) known.set(key, verdict);
    }
    return verdict;
  }

  function verdict(key: string, within?: KeyPath): KeyVerdict {
    const own = ofKey(key);
    if (within === undefined || (own === 'show' && !needsPath)) return own;
    if (needsPath) {
      const path = pathOf(key, within);
      if (own === 'show' || shown.paths.some((matches) => matches(path))) return 'show';
      if (hidden.paths.some((matches) => matches(path))) return 'hide';
    }
    return own === 'judge' && SECRET_BELOW.get(key.toLowerCase())?.test(foldKey(within.key)) === true ? 'hide' : own;
  }

  return {
    needsPath,
    dependsOnPath: (key) => needsPath || SECRET_BELOW.has(key.toLowerCase()),
    verdict: needsPath ? (key, within) => (within === undefined ? atTop(key) : verdict(key, within)) : verdict,
  };

  function atTop(key: string): KeyVerdict {
    const own = ofKey(key);
    if (own === 'show') return own;
    const path = [foldKey(key)];
    if (shown.paths.some((matches) => matches(path))) return 'show';
    return hidden.paths.some((matches) => matches(path)) ? 'hide' : own;
  }
}

type Matches<T> = (subject: T) => boolean;

function parseAll(entries: readonly string[]): {
  readonly names: readonly Matches<string>[];
  readonly paths: readonly Matches<readonly string[]>[];
} {
  const names: Matches<string>[] = [];
  const paths: Matches<readonly string[]>[] = [];
  for (const entry of entries) {
    const parts = parse(entry);
    if (parts.length === 1 || (parts.length === 2 && parts[0] === '**')) names.push(wildcard(parts.at(-1)!));
    else paths.push(glob(parts));
  }
  return { names, paths };
}

/** `a.b[*]["c-d"]` as its parts; each folded, with its wildcards kept. */
function parse(entry: string): readonly string[] {
  const parts = entry
    .replaceAll(/\[(?:"([^"]*)"|'([^']*)'|([^\]]*))\]/g, (_, double, single, bare) => `.${double ?? single ?? bare}`)
    .split('.')
    .map((part) => part.toLowerCase().replaceAll(/[^a-z0-9*]/g, ''))
    .filter((part) => part !== '');
  if (parts.length === 0) throw new TelltaleError('masking', `"${entry}" names no key: give a key, a path or a glob`);
  return parts;
}

/** A part in which `*` stands for any characters. */
function wildcard(part: string): Matches<string> {
  if (!part.includes('*')) return (key) => key === part;
  const pieces = part.split('*');
  const [first, last] = [pieces[0]!, pieces.at(-1)!];
  return (key) => {
    if (!key.startsWith(first) || !key.endsWith(last) || key.length < first.length + last.length) return false;
    let at = first.length;
    for (const piece of pieces.slice(1, -1)) {
      at = key.indexOf(piece, at);
      if (at === -1) return false;
      at += piece.length;
    }
    return at <= key.length - last.length;
  };
}

function glob(parts: readonly string[]): Matches<readonly string[]> {
  const tests = parts.map((part) => (part === '**' ? undefined : wildcard(part)));
  return (path) => {
    // The positions in the glob that can have been reached; a set, since `**` may take any number of keys.
    let reached = open(new Set([0]));
    for (const key of path) {
      const next = new Set<number>();
      for (const position of reached) {
        if (position === tests.length) continue;
        const test = tests[position];
        if (test === undefined) next.add(position);
        else if (test(key)) next.add(position + 1);
      }
      reached = open(next);
      if (reached.size === 0) return false;
    }
    return reached.has(tests.length);
  };

  function open(positions: Set<number>): Set<number> {
    for (const position of positions) {
      if (position < tests.length && tests[position] === undefined) positions.add(position + 1);
    }
    return positions;
  }
}

function pathOf(key: string, within: KeyPath): readonly string[] {
  const path = [foldKey(key)];
  for (let at: KeyPath | undefined = within; at !== undefined; at = at.above) path.push(foldKey(at.key));
  return path.reverse();
}
