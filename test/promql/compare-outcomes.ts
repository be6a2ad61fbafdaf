import type { ApiData, ApiSample } from '@telltale/promql';
import type { Outcome } from './reference.ts';

/** What may differ: rounding, by proportion. */
const TOLERANCE = 1e-9;

/** What one library still finds a number for, another may call infinite. */
const OVERFLOWING = 8e307;

/** Differences too small to be anything but what is left where like numbers were taken from each other. */
const FLOOR = 1e-13;

/** How ours differs from the reference, in a sentence; undefined where they agree. */
export function differenceOf(ours: Outcome, reference: Outcome, ordered: boolean): string | undefined {
  if ('error' in ours || 'error' in reference) {
    if ('error' in ours && 'error' in reference) return undefined;
    if ('error' in ours) return `only ours is an error: ${ours.error}`;
    return `only the reference is an error: ${(reference as { error: string }).error}`;
  }
  const [a, b] = [ours.data, reference.data];
  if (a.resultType !== b.resultType) return `ours is a ${a.resultType}, the reference a ${b.resultType}`;
  if (a.resultType === 'scalar' || a.resultType === 'string') {
    return sampleDifference(a.result, b.result as ApiSample);
  }
  return seriesDifference(entries(a), entries(b), ordered);
}

/** Whether there is anything in it: an empty answer proves little. */
export function isEmpty(outcome: Outcome): boolean {
  return 'data' in outcome && outcome.data.result.length === 0;
}

interface Entry {
  readonly key: string;
  readonly samples: readonly ApiSample[];
}

function entries(data: ApiData): Entry[] {
  return (data.result as { metric: Record<string, string>; value?: ApiSample; values?: ApiSample[] }[]).map(
    ({ metric, value, values }) => ({
      key: JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
      samples: value === undefined ? values! : [value],
    }),
  );
}

function seriesDifference(ours: Entry[], reference: Entry[], ordered: boolean): string | undefined {
  if (!ordered) for (const list of [ours, reference]) list.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const missing = reference.filter(({ key }) => !ours.some((one) => one.key === key));
  const surplus = ours.filter(({ key }) => !reference.some((one) => one.key === key));
  if (missing.length > 0) return `ours lacks ${missing.length} series, such as ${missing[0]!.key}`;
  if (surplus.length > 0) return `ours has ${surplus.length} series too many, such as ${surplus[0]!.key}`;
  for (const [index, { key, samples }] of ours.entries()) {
    const other = reference[index]!;
    if (other.key !== key) return `the order differs at ${index}: ${key} against ${other.key}`;
    if (samples.length !== other.samples.length)
      return `${key} has ${samples.length} samples against ${other.samples.length}`;
    for (const [at, sample] of samples.entries()) {
      const difference = sampleDifference(sample, other.samples[at]!);
      if (difference !== undefined) return `${key}: ${difference}`;
    }
  }
  return undefined;
}

function sampleDifference([time, value]: ApiSample, [otherTime, otherValue]: ApiSample): string | undefined {
  if (time !== otherTime) return `time ${time} against ${otherTime}`;
  if (value === otherValue || close(numberOf(value), numberOf(otherValue))) return undefined;
  return `at ${time} ours is ${value}, the reference ${otherValue}`;
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function close(a: number, b: number): boolean {
  if (a === Infinity || b === Infinity) return Math.min(a, b) > OVERFLOWING;
  return Math.abs(a - b) <= Math.max(FLOOR, TOLERANCE * Math.max(Math.abs(a), Math.abs(b)));
}
