import { ConfigError, type ConfigMistake, type Option, oneOf, resolveConfig, text } from '@telltale/core';
import { PromQLError, parseExpression } from '@telltale/promql';

/** A figure that is held against what it should be. */
export interface Kpi {
  readonly name: string;
  /** PromQL that gives one number, in the unit. */
  readonly expr: string;
  /** From here on it is good. */
  readonly target: number;
  /** Beyond this it is bad. */
  readonly alert: number;
  /** Such as `seconds`, `bytes`, `share` (of 1), `USD`, `jobs`. */
  readonly unit: string;
  /** Which way is good. */
  readonly better: 'higher' | 'lower';
  /** Who looks after it. */
  readonly owner?: string;
}

const table = {
  name: text(undefined),
  expr: expression(),
  target: finite(),
  alert: finite(),
  unit: text(undefined),
  better: oneOf(['higher', 'lower'], undefined),
  owner: text(undefined),
} as const;

const REQUIRED = ['name', 'expr', 'target', 'alert', 'unit', 'better'] as const;

/**
 * Checks definitions of KPIs: every expression parses and gives a number, the alert is not on the good side of the
 * target, no key is misspelt and no name there twice.
 *
 * @throws {ConfigError} naming everything that is wrong with any of them.
 *
 * @example
 * const kpis = defineKpis([
 *   { name: 'Checkout P95', expr: 'histogram_quantile(0.95, sum by (le) (rate(checkout_seconds_bucket[5m]))) >= 0',
 *     target: 0.3, alert: 1, unit: 'seconds', better: 'lower', owner: 'payments' },
 * ]);
 */
export function defineKpis(definitions: readonly Kpi[]): readonly Kpi[] {
  if (!Array.isArray(definitions)) {
    throw new ConfigError([{ name: 'kpis', value: String(definitions), allowed: 'expected an array of definitions' }]);
  }
  const mistakes: ConfigMistake[] = [];
  const names = new Set<string>();
  const kpis = (definitions as readonly Kpi[]).map((definition, index) => {
    const { kpi, wrong } = read(definition);
    const place = `kpis[${index}]`;
    for (const { name, ...mistake } of wrong) mistakes.push({ name: `${place}.${name}`, ...mistake });
    if (kpi?.name !== undefined && names.has(kpi.name)) {
      mistakes.push({
        name: `${place}.name`,
        value: JSON.stringify(kpi.name),
        allowed: 'a name that no other KPI has',
      });
    }
    if (kpi !== undefined) names.add(kpi.name);
    return kpi;
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return kpis.filter((kpi) => kpi !== undefined);
}

function read(definition: Kpi): { readonly kpi?: Kpi; readonly wrong: readonly ConfigMistake[] } {
  if (typeof definition !== 'object' || definition === null) {
    return { wrong: [{ name: 'definition', value: String(definition), allowed: 'an object' }] };
  }
  const missing = REQUIRED.filter((key) => definition[key] === undefined).map((name) => ({
    name,
    value: 'undefined',
    allowed: 'it must be there',
  }));
  try {
    const kpi = resolveConfig(table, { ...definition }, {}) as Kpi;
    return { kpi, wrong: missing.length > 0 ? missing : wrongSide(kpi) };
  } catch (error) {
    if (error instanceof ConfigError) return { wrong: [...missing, ...error.mistakes] };
    throw error;
  }
}

function wrongSide({ target, alert, better }: Kpi): ConfigMistake[] {
  if (better === 'higher' ? alert <= target : alert >= target) return [];
  const side = better === 'higher' ? 'at most' : 'at least';
  return [{ name: 'alert', value: String(alert), allowed: `${side} the target ${target}, since ${better} is better` }];
}

function finite(): Option<number | undefined> {
  return {
    default: undefined,
    parse: (raw) =>
      typeof raw === 'number' && Number.isFinite(raw) ? { value: raw } : { allowed: 'a number that is not infinite' },
  };
}

function expression(): Option<string | undefined> {
  return {
    default: undefined,
    parse: (raw) => {
      if (typeof raw !== 'string') return { allowed: 'PromQL that gives one number' };
      try {
        const { type } = parseExpression(raw).root;
        if (type === 'vector' || type === 'scalar') return { value: raw };
        return { allowed: `PromQL that gives one number, not a ${type === 'matrix' ? 'range' : type}` };
      } catch (error) {
        if (error instanceof PromQLError) return { allowed: `PromQL; ${error.detail}` };
        throw error;
      }
    },
  };
}
