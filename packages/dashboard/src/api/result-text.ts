import { formatValue, type InstantResult, type MatrixSeries, type VectorElement } from '@telltale/promql';

/** How many samples of a long series are written in one piece. */
const SAMPLES = 1_000;

/** The `data` of a query's answer as JSON, in pieces. `stats`, where given, stands beside the result. */
export function* resultText(result: InstantResult, stats?: object): Generator<string> {
  yield `{"resultType":"${result.type}","result":`;
  switch (result.type) {
    case 'vector':
      yield* list(result.elements, (element) => elementText(element, result.time));
      break;
    case 'matrix':
      yield* list(result.series, seriesText);
      break;
    case 'scalar':
      yield sample(result.time, formatValue(result.value));
      break;
    case 'string':
      yield `[${result.time / 1000},${JSON.stringify(result.text)}]`;
  }
  yield stats === undefined ? '}' : `,"stats":${JSON.stringify(stats)}}`;
}

function* list<T>(items: readonly T[], textOf: (item: T) => Iterable<string>): Generator<string> {
  yield '[';
  for (const [index, item] of items.entries()) {
    if (index > 0) yield ',';
    yield* textOf(item);
  }
  yield ']';
}

function elementText({ metric, value }: VectorElement, time: number): [string] {
  return [`{"metric":${JSON.stringify(metric)},"value":${sample(time, formatValue(value))}}`];
}

function* seriesText({ metric, timestamps, values }: MatrixSeries): Generator<string> {
  yield `{"metric":${JSON.stringify(metric)},"values":[`;
  for (let from = 0; from < values.length; from += SAMPLES) {
    let text = from === 0 ? '' : ',';
    const to = Math.min(values.length, from + SAMPLES);
    for (let at = from; at < to; at++) {
      if (at > from) text += ',';
      text += sample(timestamps[at]!, formatValue(values[at]!));
    }
    yield text;
  }
  yield ']}';
}

function sample(time: number, value: string): string {
  return `[${time / 1000},"${value}"]`;
}
