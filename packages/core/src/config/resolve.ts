import { closestMatch } from 'leven';
import { ConfigError, type ConfigMistake } from '../errors.ts';
import type { Option } from './option.ts';

/** A table of options by name. Each package has one; the umbrella joins them. */
// biome-ignore lint/suspicious/noExplicitAny: a table holds options of every type
export type OptionTable = Readonly<Record<string, Option<any>>>;

/** The values that a table resolves to. */
export type Resolved<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

/** What a caller may write for a table: any of its options, each with its own type. */
export type OptionsOf<T extends OptionTable> = { readonly [K in keyof T]?: Resolved<T>[K] | undefined };

/**
 * Reads a table of options from the environment, with `options` over it. An empty variable counts as unset, unless the option refuses it.
 * With `ownPrefix`, a variable that starts so and is not in the table is a mistake too.
 *
 * @throws {ConfigError} listing every value that cannot be used and every key that is not known.
 */
export function resolveConfig<T extends OptionTable>(
  table: T,
  options: Readonly<Record<string, unknown>> = {},
  env: NodeJS.ProcessEnv = process.env,
  ownPrefix?: string,
): Resolved<T> {
  const mistakes: ConfigMistake[] = [];
  const resolved: Record<string, unknown> = {};
  const knownVariables = new Set<string>();

  for (const [name, option] of Object.entries(table)) {
    const variables = typeof option.env === 'string' ? [option.env] : (option.env ?? []);
    for (const variable of variables) knownVariables.add(variable);
    const variable = variables.find(
      (candidate) => env[candidate] || (option.refuseEmpty && env[candidate] !== undefined),
    );
    const fromCode = options[name] !== undefined;

    if (!fromCode && variable === undefined) {
      resolved[name] = option.default;
      continue;
    }
    const raw = fromCode ? options[name] : env[variable!];
    const parsed = option.parse(raw);
    if ('value' in parsed) resolved[name] = parsed.value;
    else {
      const value = option.secret ? NOT_SHOWN : show(raw);
      mistakes.push({ name: fromCode ? name : variable!, value, allowed: `expected ${parsed.allowed}` });
    }
  }

  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(table, key)) mistakes.push(unknown(key, Object.keys(table), 'option'));
  }
  for (const key of ownPrefix === undefined ? [] : Object.keys(env)) {
    if (key.startsWith(ownPrefix!) && !knownVariables.has(key)) {
      mistakes.push(unknown(key, [...knownVariables], 'variable'));
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return resolved as Resolved<T>;
}

/** The value is not shown: what is misspelt may be a secret. */
function unknown(name: string, known: readonly string[], noun: string): ConfigMistake {
  const nearest = closestMatch(name, known, { maxDistance: Math.ceil(name.length / 2) });
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return { name, value: NOT_SHOWN, allowed: `no such ${noun}${hint}` };
}

const NOT_SHOWN = '(not shown)';
/** Name and password in an address. */
const USER_INFO = /\/\/[^/@\s]*@/g;

/** A short text for an error message; what is inside an object stays inside, since it may be secret. */
function show(raw: unknown): string {
  if (typeof raw === 'string') {
    const text = raw.replace(USER_INFO, '//…@');
    return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  }
  if (typeof raw === 'function') return 'a function';
  if (Array.isArray(raw)) return `an array of ${raw.length}`;
  return typeof raw === 'object' && raw !== null ? 'an object' : String(raw);
}
