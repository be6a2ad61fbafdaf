import {
  type InstantQueryOptions,
  MemorySource,
  parseExpression,
  queryInstant,
  queryRange,
  type RangeQueryOptions,
} from '../../packages/promql/src/index.ts';

/** A value, the end of a series, or no sample. */
type Given = number | 'stale' | null;

const MINUTE = 60_000;

/**
 * Series by their selectors, with a sample each minute from the time 0.
 *
 * @example
 * const source = given({ 'up{job="api"}': [1, 1, null, 0] });
 */
export function given(series: Readonly<Record<string, readonly Given[]>>, everyMs = MINUTE): MemorySource {
  const source = new MemorySource();
  for (const [selector, samples] of Object.entries(series)) {
    const { root } = parseExpression(selector);
    if (root.kind !== 'selector') throw new Error(`not a selector: ${selector}`);
    const labels = Object.fromEntries(root.matchers.map(({ name, value }) => [name, value]));
    for (const [index, sample] of samples.entries()) {
      if (sample !== null) source.append(labels, index * everyMs, sample);
    }
  }
  return source;
}

/** A sequence of numbers: `count` of them from `start`, each `by` more than the last. */
export function counting(start: number, by: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + index * by);
}

function write(metric: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(',')}}`;
}

type Settings = Partial<Omit<InstantQueryOptions, 'source' | 'time'>>;

/** The elements of an instant vector at a time in minutes, by their labels; or the number, or the text. */
export async function at(minutes: number, source: MemorySource, expression: string, settings: Settings = {}) {
  const result = await queryInstant(expression, { source, time: minutes * MINUTE, experimental: true, ...settings });
  if (result.type === 'scalar') return result.value;
  if (result.type === 'string') return result.text;
  if (result.type === 'vector') return Object.fromEntries(result.elements.map((one) => [write(one.metric), one.value]));
  return Object.fromEntries(result.series.map((one) => [write(one.metric), Array.from(one.values)]));
}

/** The values of each series, one for every minute, null where there is none. */
export async function over(
  [from, to]: readonly [from: number, to: number],
  source: MemorySource,
  expression: string,
  settings: Partial<Omit<RangeQueryOptions, 'source'>> = {},
) {
  const { series } = await queryRange(expression, {
    source,
    start: from * MINUTE,
    end: to * MINUTE,
    stepMs: MINUTE,
    experimental: true,
    ...settings,
  });
  return Object.fromEntries(
    series.map(({ metric, timestamps, values }) => [
      write(metric),
      Array.from({ length: to - from + 1 }, (_, step) => {
        const index = timestamps.indexOf((from + step) * MINUTE);
        return index < 0 ? null : values[index]!;
      }),
    ]),
  );
}
