import type { Option } from '@telltale/core';
import { Calendar, PERIODS, type PeriodName } from './period.ts';

/** What a call is matched by. */
export interface BudgetedCall {
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  /** The service that asks: the monitor's own, unless the call names another. */
  readonly service: string;
  /** The route, or the queue and job, as far as it is known when the call begins. */
  readonly origin: string | undefined;
  /** What the option `attributeTo` said. */
  readonly attribution: string | undefined;
}

/** Texts that one property of a call must be among; `*` at the end of one stands for anything. */
export type BudgetMatch = { readonly [K in keyof BudgetedCall]?: string | readonly string[] };

/** What may be spent. */
export interface Budget {
  /** Its name, in metrics and messages. */
  readonly name: string;
  /** US dollars. */
  readonly limitUsd: number;
  readonly per: PeriodName;
  /** The calls that count. @default every call */
  readonly match?: BudgetMatch | ((call: BudgetedCall) => boolean);
  /**
   * When the limit is reached: `warn` writes a line of level WARNING, `alert` one of level ERROR; `block` does that too, and
   * lets no call through that could go over the limit.
   *
   * @default 'alert'
   */
  readonly onExceeded?: 'alert' | 'warn' | 'block';
  /** Parts of the limit at which a warning is written, once in a period. @default [0.8] */
  readonly warnAt?: readonly number[];
  /** The IANA time zone by whose calendar periods begin. @default 'UTC' */
  readonly timeZone?: string;
}

const KEYS = ['name', 'limitUsd', 'per', 'match', 'onExceeded', 'warnAt', 'timeZone'];
const MATCH_KEYS = ['provider', 'model', 'operation', 'service', 'origin', 'attribution'];
const NAME = /^[A-Za-z0-9][\w.:-]{0,63}$/;

/** The option `budgets`: a list of {@link Budget}, each with a name of its own. */
export const budgetsOption: Option<readonly Budget[]> = {
  default: [],
  parse: (raw) => {
    const mistake = mistakeIn(raw);
    return mistake === undefined ? { value: raw as readonly Budget[] } : { allowed: mistake };
  },
};

function mistakeIn(raw: unknown): string | undefined {
  if (!Array.isArray(raw)) return 'a list of budgets: [{ name, limitUsd, per }]';
  const names = new Set<unknown>();
  for (const [i, budget] of raw.entries()) {
    const mistake = mistakeInBudget(budget);
    if (mistake !== undefined) return `budgets[${i}]${mistake}`;
    if (names.has(budget.name)) return `budgets[${i}].name: another name than the budget before it`;
    names.add(budget.name);
  }
  return undefined;
}

function mistakeInBudget(raw: unknown): string | undefined {
  if (!isRecord(raw)) return ': an object { name, limitUsd, per }';
  const unknown = Object.keys(raw).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return ` without ${JSON.stringify(unknown.slice(0, 40))}; a budget has ${KEYS.join(', ')}`;
  const { name, limitUsd, per, match, onExceeded, warnAt, timeZone } = raw;
  if (typeof name !== 'string' || !NAME.test(name)) return '.name: 1 to 64 letters, digits, _ . : or -';
  if (typeof limitUsd !== 'number' || !(limitUsd > 0 && limitUsd < 1e9)) return '.limitUsd: US dollars above 0';
  if (!PERIODS.includes(per as PeriodName)) return `.per: one of ${PERIODS.join(', ')}`;
  if (match !== undefined && typeof match !== 'function' && !isMatch(match)) {
    return `.match: a function, or an object of texts or lists of texts by ${MATCH_KEYS.join(', ')}`;
  }
  if (onExceeded !== undefined && !['alert', 'warn', 'block'].includes(onExceeded as string)) {
    return '.onExceeded: one of alert, warn, block';
  }
  if (warnAt !== undefined && !(Array.isArray(warnAt) && warnAt.every((part) => part > 0 && part < 1))) {
    return '.warnAt: a list of parts of the limit, each between 0 and 1';
  }
  return timeZone === undefined || isTimeZone(timeZone) ? undefined : '.timeZone: the name of an IANA time zone';
}

function isMatch(raw: unknown): boolean {
  return (
    isRecord(raw) && Object.entries(raw).every(([key, texts]) => MATCH_KEYS.includes(key) && areTexts([texts].flat()))
  );
}

function areTexts(texts: readonly unknown[]): boolean {
  return texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== '');
}

function isTimeZone(raw: unknown): boolean {
  try {
    return typeof raw === 'string' && new Calendar('day', raw).periodAt(0).end > 0;
  } catch {
    return false;
  }
}

function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** What decides whether a call counts against a budget; may throw what a function of the user's throws. */
export function matcherOf(match: Budget['match']): (call: BudgetedCall) => boolean {
  if (match === undefined) return () => true;
  if (typeof match === 'function') return (call) => match(call) === true;
  const wanted = Object.entries(match).map(([key, texts]) => [key as keyof BudgetedCall, [texts!].flat()] as const);
  return (call) => wanted.every(([key, texts]) => texts.some((text) => fits(call[key], text)));
}

function fits(value: string | undefined, text: string): boolean {
  if (value === undefined) return false;
  return text.endsWith('*') ? value.startsWith(text.slice(0, -1)) : value === text;
}
