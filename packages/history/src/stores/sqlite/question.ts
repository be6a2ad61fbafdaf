import type { Matcher } from '@telltale/promql';
import { ASPECTS, type Aspect } from '../../codec/minutes.ts';
import type { Head } from '../head.ts';
import type { Catalogue } from './catalogue.ts';

/** The heads of this process, oldest first, as they are when the reading begins. */
export interface HeadInMemory {
  readonly id: number | undefined;
  readonly head: Head;
  /** How many of its snapshots there are. */
  readonly count: number;
}

/** What is asked, and of what. */
export interface Question {
  readonly matchers: readonly Matcher[];
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal | undefined;
  readonly catalogue: Catalogue;
  readonly heads: () => readonly HeadInMemory[];
  /** Told of data that cannot be read; the others are answered. */
  readonly onDamage: (error: unknown) => void;
}

/** The label by whose matcher a query asks for another aspect of a minute than its last sample. */
const ROLLUP = '__rollup__';
const STATED = new Set<string>(ASPECTS);

/** The aspect that is asked for, and the matchers for the series themselves. */
export function aspectIn(matchers: readonly Matcher[]): {
  readonly aspect: Aspect | undefined;
  readonly others: readonly Matcher[];
} {
  const asks = matchers.find(({ name, operator, value }) => name === ROLLUP && operator === '=' && STATED.has(value));
  return { aspect: asks?.value as Aspect | undefined, others: matchers.filter((matcher) => matcher !== asks) };
}

/** What an answer calls a series, whose labels say which aspect it is of where another than the last was asked for. */
export function answeredLabels(
  labels: Readonly<Record<string, string>>,
  aspect: Aspect | undefined,
): Readonly<Record<string, string>> {
  return aspect === undefined ? labels : { ...labels, [ROLLUP]: aspect };
}

/** What SQLite itself finds damaged concerns the whole file; a chunk that makes no sense, only itself. */
export function guarded<T>({ onDamage }: Question, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    onDamage(error);
    return undefined;
  }
}
