import type { VectorSelector } from '../syntax/ast.ts';
import type { Evaluation } from './evaluation.ts';
import { emptySeries, hasValues, lastTime, type StepSeries, type Steps, timeAt } from './steps.ts';
import { type Samples, withoutStale } from './windows.ts';

/**
 * The value of each series at each step on the line between the samples around it, for selectors with `smoothed`. After
 * the last sample it stays what it was, for as long as the lookback.
 */
export async function selectSmoothed(
  evaluation: Evaluation,
  { matchers, shift }: VectorSelector,
  steps: Steps,
): Promise<StepSeries[]> {
  const { lookbackMs } = evaluation.setting;
  const offset = evaluation.duration(shift.offset);
  const fixed = evaluation.momentOf(shift);
  const first = (fixed ?? steps.start) - offset;
  const last = (fixed ?? lastTime(steps)) - offset;
  const selected: StepSeries[] = [];
  for (const raw of await evaluation.select(matchers, first - lookbackMs, last + lookbackMs)) {
    const samples = withoutStale(raw);
    const instant = emptySeries(raw.labels, steps);
    let next = 0;
    for (let step = 0; step < steps.count; step++) {
      const time = (fixed ?? timeAt(steps, step)) - offset;
      while (next < samples.timestamps.length && samples.timestamps[next]! < time) next++;
      const value = valueAt(samples, next, time, lookbackMs);
      if (value === undefined) continue;
      instant.values[step] = value;
      instant.present[step] = 1;
    }
    if (hasValues(instant)) {
      evaluation.budget.takeSamples(steps.count);
      selected.push(instant);
    }
    if (evaluation.budget.spend(steps.count + samples.timestamps.length)) await evaluation.budget.pause();
  }
  return selected;
}

/** `next` is the first sample at or after the time. */
function valueAt({ timestamps, values }: Samples, next: number, time: number, lookbackMs: number): number | undefined {
  const after = timestamps[next];
  if (after === time) return values[next];
  const before = timestamps[next - 1];
  if (before === undefined || before <= time - lookbackMs) return undefined;
  if (after === undefined || after > time + lookbackMs) return values[next - 1];
  return values[next - 1]! + ((values[next]! - values[next - 1]!) * (time - before)) / (after - before);
}
