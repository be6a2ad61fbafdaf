import type { Annotations } from '../annotations.ts';
import type { Dialect } from '../dialect.ts';
import { PromQLError, SeriesSourceError } from '../errors.ts';
import { compareLabels, LabelSet } from '../labels/label-set.ts';
import type { Matcher } from '../labels/matcher.ts';
import type { SeriesSource } from '../source/series-source.ts';
import type { BinaryExpression, TimeShift } from '../syntax/ast.ts';
import { type Duration, durationMs } from '../syntax/duration-formula.ts';
import { isComparison } from '../syntax/operators.ts';
import type { Budget } from './budget.ts';
import { emptySeries, type StepSeries, type Steps } from './steps.ts';

/** A series as it was read: samples oldest first, staleness markers among them. */
export interface RawSeries {
  readonly labels: LabelSet;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** What the query asks for as a whole, in milliseconds. The last step may come before its end. */
export interface QuerySpan {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** All that stays the same while one query runs. */
export interface EvaluationSetting {
  readonly source: SeriesSource;
  readonly dialect: Dialect;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  readonly query: QuerySpan;
  readonly budget: Budget;
  readonly annotations: Annotations;
}

/** One query under way. */
export class Evaluation {
  readonly setting: EvaluationSetting;
  readonly budget: Budget;
  readonly annotations: Annotations;
  readonly dialect: Dialect;
  readonly #selected = new Map<string, Promise<readonly RawSeries[]>>();

  constructor(setting: EvaluationSetting) {
    this.setting = setting;
    this.budget = setting.budget;
    this.annotations = setting.annotations;
    this.dialect = setting.dialect;
  }

  /** The series that match, sorted by their labels, read once where an expression names them twice. */
  select(matchers: readonly Matcher[], from: number, to: number): Promise<readonly RawSeries[]> {
    const key = `${from} ${to} ${matchers.map(String).sort().join()}`;
    let selected = this.#selected.get(key);
    if (selected === undefined) this.#selected.set(key, (selected = this.#read(matchers, from, to)));
    return selected;
  }

  async #read(matchers: readonly Matcher[], from: number, to: number): Promise<readonly RawSeries[]> {
    this.budget.check();
    const { source } = this.setting;
    const selecting = source.select(matchers, from, to, this.budget.signal);
    const found = await this.budget.waitFor(selecting).catch((cause: unknown) => {
      this.budget.check();
      if (cause instanceof PromQLError) throw cause;
      throw new SeriesSourceError(cause);
    });
    this.budget.check();
    this.budget.takeSeries(found.length);
    const series: RawSeries[] = [];
    for (const { labels, timestamps, values } of found) {
      this.budget.takeSamples(timestamps.length);
      series.push({ labels: LabelSet.from(labels), timestamps: numbers(timestamps), values: numbers(values) });
      if (this.budget.spend(SERIES_WORK)) await this.budget.pause();
    }
    return series.sort((a, b) => compareLabels(a.labels, b.labels));
  }

  /** A series without values yet, counted against the limit of samples. */
  newSeries(labels: LabelSet, steps: Steps): StepSeries {
    this.budget.takeSamples(steps.count);
    return emptySeries(labels, steps);
  }

  /** Milliseconds of a duration in this query. */
  duration(duration: Duration): number {
    const { start, end, step } = this.setting.query;
    return durationMs(duration, { step, range: end - start });
  }

  /** The fixed moment that `@` asks for, if any. */
  momentOf({ at }: TimeShift): number | undefined {
    const { start, end } = this.setting.query;
    if (at === 'start') return start;
    return at === 'end' ? end : at;
  }

  /** The labels of what an operator makes of a series. A comparison that filters leaves the value as it is. */
  labelsAfter({ operator, bool }: BinaryExpression, labels: LabelSet): LabelSet {
    const keeps = isComparison(operator) ? !bool : operator === 'atan2' && this.dialect.atan2KeepsName;
    return keeps ? labels : this.withoutName(labels);
  }

  /** The labels of a value that is no longer that of its metric. */
  withoutName(labels: LabelSet): LabelSet {
    return labels.without(this.dialect.metadataLabels);
  }
}

/** What sorting a series' labels costs, in values handled. */
const SERIES_WORK = 100;

function numbers(values: ArrayLike<number>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
