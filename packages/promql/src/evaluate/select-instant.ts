import { isStale } from '../source/stale.ts';
import type { VectorSelector } from '../syntax/ast.ts';
import type { Evaluation, RawSeries } from './evaluation.ts';
import { emptySeries, lastTime, type StepSeries, type Steps, timeAt } from './steps.ts';

/** What to take of a sample: its value, or its time in seconds. */
export type Aspect = 'value' | 'timestamp';

/**
 * The newest sample of each series at each step, unless it is older than the lookback or marks the series as ended.
 */
export async function selectInstant(
  evaluation: Evaluation,
  selector: VectorSelector,
  steps: Steps,
  aspect: Aspect = 'value',
): Promise<StepSeries[]> {
  const offset = evaluation.duration(selector.shift.offset);
  const fixed = evaluation.momentOf(selector.shift);
  const first = (fixed ?? steps.start) - offset;
  const last = (fixed ?? lastTime(steps)) - offset;
  const raw = await evaluation.select(selector.matchers, first - evaluation.setting.lookbackMs, last);

  const selected: StepSeries[] = [];
  for (const series of raw) {
    const instant = emptySeries(series.labels, steps);
    if (fillInstant(evaluation, series, instant, steps, fixed, offset, aspect)) {
      evaluation.budget.takeSamples(steps.count);
      selected.push(instant);
    }
    if (evaluation.budget.spend(steps.count + series.timestamps.length)) await evaluation.budget.pause();
  }
  return selected;
}

function fillInstant(
  { setting, dialect }: Evaluation,
  series: RawSeries,
  { values, present }: StepSeries,
  steps: Steps,
  fixed: number | undefined,
  offset: number,
  aspect: Aspect,
): boolean {
  const { timestamps } = series;
  const closed = dialect.leftEdge === 'included';
  let next = 0;
  let found = false;
  for (let step = 0; step < steps.count; step++) {
    const time = (fixed ?? timeAt(steps, step)) - offset;
    while (next < timestamps.length && timestamps[next]! <= time) next++;
    if (next === 0) continue;
    const at = next - 1;
    const age = time - timestamps[at]!;
    if (age > setting.lookbackMs || (age === setting.lookbackMs && !closed && age > 0)) continue;
    const value = series.values[at]!;
    if (Number.isNaN(value) && isStale(series.values, at)) continue;
    values[step] = aspect === 'value' ? value : timestamps[at]! / 1000;
    present[step] = 1;
    found = true;
  }
  return found;
}
