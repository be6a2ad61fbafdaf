import type { QueryEngine } from '@telltale/promql';
import type { Parameters } from './parameters.ts';
import type { RuleGroup } from './rule-group.ts';

/** What an endpoint is asked, and by whom it can have it answered. */
export interface Question {
  readonly parameters: Parameters;
  /** The part of the path that the endpoint's pattern leaves open. */
  readonly subject: string;
  readonly engine: QueryEngine;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds since 1970 at which the API began to answer. */
  readonly startedAt: number;
  readonly rules: () => readonly RuleGroup[] | Promise<readonly RuleGroup[]>;
  /** Runs `work` when it is its turn, within the time that the question and the API allow. */
  inTurn<T>(work: (patience: Patience) => Promise<T>, source?: string): Promise<T>;
}

/** How long an engine has, and what stops it. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds that the question waited for its turn. */
  readonly waitedMs: number;
}

/** What goes out as `data`: JSON in pieces, each small enough to be written without holding the event loop. */
export interface Answer {
  readonly data: Iterable<string>;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** One path of the API. No answer is Prometheus's 204. */
export interface Endpoint {
  readonly methods: readonly ('GET' | 'POST')[];
  answer(question: Question): Promise<Answer | undefined>;
}

/** An answer that is small. */
export function whole(value: unknown): Answer {
  return { data: [JSON.stringify(value)] };
}

/** An answer that is a list, cut off at `limit` with a word about it. */
export function listed(values: readonly unknown[], limit: number | undefined): Answer {
  const shown = limit === undefined ? values : values.slice(0, limit);
  return { data: listText(shown), ...truncation(shown.length < values.length) };
}

/** What is said where a limit left something out. */
export function truncation(cut: boolean): { readonly warnings?: readonly string[] } {
  return cut ? { warnings: ['results truncated due to limit'] } : {};
}

function* listText(values: readonly unknown[]): Generator<string> {
  yield '[';
  for (const [index, value] of values.entries()) yield `${index === 0 ? '' : ','}${JSON.stringify(value)}`;
  yield ']';
}
