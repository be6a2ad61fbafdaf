import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Exemplar, Histogram, HistogramSeries } from '../registry/histogram.ts';
import { exemplarFits } from '../registry/histogram.ts';
import { INSTRUMENT, type MetricSnapshot, type Series } from '../registry/instrument.ts';
import type { AnyInstrument, PrometheusRegistry } from '../registry/instruments.ts';
import { escapeLabelValue, formatLabels } from '../registry/labels.ts';
import type { ExpositionFormat } from './format.ts';

/** What is written out, and with what. */
export interface RenderOptions {
  /** Where the metrics are; of a name that stands in several, the first counts. */
  readonly registries: readonly PrometheusRegistry[];
  readonly format: ExpositionFormat;
  /** Labels added to every series that has no label of that name. */
  readonly defaultLabels: Readonly<Record<string, string>>;
  /** Told of a metric that could not be read; the others are written all the same. */
  readonly reportError: (error: unknown) => void;
}

/** A foreign metric: anything that speaks prom-client's protocol. */
interface ForeignMetric {
  readonly name: string;
  get(): Promise<MetricSnapshot> | MetricSnapshot;
}

/** A chunk is handed on when it has about so many characters. */
const CHUNK = 32_768;
/** The event loop gets its turn after so many milliseconds of writing. */
const TURN = 4;

/**
 * Writes every metric of the registries in the Prometheus text format or OpenMetrics, in chunks. Each series is
 * written whole and at one moment (a histogram's buckets agree with its count), and the event loop gets its turn
 * every few milliseconds however many series there are.
 */
export async function* render(options: RenderOptions): AsyncGenerator<string, void, void> {
  const { registries, format, reportError } = options;
  const seen = new Set<string>();
  let text = '';
  let turnEnds = performance.now() + TURN;

  for (const registry of registries) {
    for (const metric of registry.getMetricsAsArray() as readonly (AnyInstrument | ForeignMetric)[]) {
      if (seen.has(metric.name)) continue;
      seen.add(metric.name);
      try {
        if (!(INSTRUMENT in metric)) {
          text += renderForeign(await metric.get(), options, foreignDefaults(registry));
          continue;
        }
        await metric.collect?.();
      } catch (error) {
        reportError(error);
        continue;
      }
      text += renderHead(metric, format);
      const write = writerOf(metric, format);
      let written = 0;
      for (const series of metric.series.slice()) {
        if (series.offset >= 0) text += write(series);
        if (text.length >= CHUNK) {
          yield text;
          text = '';
        }
        // A look at the clock costs as much as a short series.
        if ((++written & 31) === 0 && performance.now() > turnEnds) {
          await nextTurn();
          turnEnds = performance.now() + TURN;
        }
      }
    }
  }
  if (format === 'openmetrics') text += '# EOF\n';
  if (text !== '') yield text;
}

function renderHead({ name, help, type }: MetricSnapshot | AnyInstrument, format: ExpositionFormat): string {
  const openMetrics = format === 'openmetrics';
  const family = openMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
  let escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  if (openMetrics) escaped = escaped.replaceAll('"', '\\"');
  return `# HELP ${family} ${escaped}\n# TYPE ${family} ${type}\n`;
}

/** The function that writes one series of this instrument, with what all its series share worked out once. */
function writerOf(instrument: AnyInstrument, format: ExpositionFormat): (series: Series) => string {
  const { name, labelNames, host, cells } = instrument;
  const constant = formatLabels(
    Object.keys(host.defaultLabels).filter((label) => !labelNames.includes(label)),
    Object.entries(host.defaultLabels).flatMap(([label, value]) => (labelNames.includes(label) ? [] : [value])),
  );
  const labelsOf = ({ labelValues }: Series): string => {
    const own = formatLabels(labelNames, labelValues);
    return own === '' || constant === '' ? own + constant : `${own},${constant}`;
  };
  if (instrument.type === 'histogram') return histogramWriter(instrument, format, labelsOf);

  const suffix = instrument.type === 'counter' && format === 'openmetrics' && !name.endsWith('_total') ? '_total' : '';
  return (series) => {
    if (series.cachedPrefix === undefined) {
      const labels = labelsOf(series);
      series.cachedPrefix = labels === '' ? ' ' : `{${labels}} `;
    }
    return `${name}${suffix}${series.cachedPrefix}${formatValue(cells.values[series.offset]!)}\n`;
  };
}

function histogramWriter(
  { name, bounds, cells }: Histogram,
  format: ExpositionFormat,
  labelsOf: (series: Series) => string,
): (series: Series) => string {
  const openMetrics = format === 'openmetrics';
  const sumAt = bounds.length + 1;
  const bucketEnds = [...bounds, Number.POSITIVE_INFINITY].map((bound) => `le="${formatBound(bound, openMetrics)}"} `);
  return (series) => {
    series.cachedPrefix ??= labelsOf(series);
    const labels = series.cachedPrefix;
    const head = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
    const tail = labels === '' ? ' ' : `{${labels}} `;
    const { values } = cells;
    const { offset } = series;
    const { exemplars } = series as HistogramSeries;
    let text = '';
    let cumulative = 0;
    for (let i = 0; i < bucketEnds.length; i++) {
      cumulative += values[offset + i]!;
      text += head + bucketEnds[i]! + cumulative;
      if (openMetrics && exemplars?.[i] !== undefined) text += formatExemplar(exemplars[i]!);
      text += '\n';
    }
    return `${text}${name}_sum${tail}${formatValue(values[offset + sumAt]!)}\n${name}_count${tail}${cumulative}\n`;
  };
}

function formatExemplar({ labels, value, timestamp }: Exemplar): string {
  if (!exemplarFits(labels)) return '';
  const text = formatLabels(Object.keys(labels), Object.values(labels));
  return ` # {${text}} ${formatValue(value)} ${timestamp / 1000}`;
}

function renderForeign(
  metric: MetricSnapshot,
  { format, defaultLabels }: RenderOptions,
  registryLabels: Readonly<Record<string, string>>,
): string {
  const openMetrics = format === 'openmetrics';
  let text = renderHead(metric, format);
  for (const value of metric.values ?? []) {
    // prom-client keeps a histogram's own labels apart from those of its buckets.
    const { sharedLabels } = value as { sharedLabels?: Record<string, string> };
    const labels: Record<string, unknown> = { ...defaultLabels, ...registryLabels, ...value.labels, ...sharedLabels };
    const parts: string[] = [];
    for (const [name, label] of Object.entries(labels)) {
      const written = name === 'le' ? formatBound(label, openMetrics) : String(label);
      if (label !== undefined && written !== '') parts.push(`${name}="${escapeLabelValue(written)}"`);
    }
    const base = value.metricName ?? metric.name;
    const name = openMetrics && metric.type === 'counter' && !base.endsWith('_total') ? `${base}_total` : base;
    text += `${name}${parts.length === 0 ? '' : `{${parts.join(',')}}`} ${formatValue(value.value)}`;
    const exemplar = value.exemplar as
      | { labelSet: Record<string, string>; value: number; timestamp: number }
      | undefined;
    if (openMetrics && exemplar) {
      const { labelSet, value: observed, timestamp } = exemplar;
      text += formatExemplar({ labels: labelSet, value: observed, timestamp: timestamp * 1000 });
    }
    text += '\n';
  }
  return text;
}

/** A registry's own default labels, which prom-client and its successor keep in the same place and offer no way to read. */
function foreignDefaults(registry: PrometheusRegistry): Readonly<Record<string, string>> {
  return (registry as { _defaultLabels?: Record<string, string> })._defaultLabels ?? {};
}

function formatValue(value: number): string {
  if (value - value === 0) return String(value);
  return value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : 'NaN';
}

/** An upper bound. Whole ones have a decimal point in OpenMetrics (its "canonical numbers") and none in the older format. */
function formatBound(bound: unknown, openMetrics: boolean): string {
  const value = Number(bound);
  const text = formatValue(value);
  return openMetrics && Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}
