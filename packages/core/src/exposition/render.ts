import { setImmediate as nextTurn } from 'node:timers/promises';
import { INSTRUMENT } from '../registry/instrument.ts';
import type { AnyInstrument, PrometheusRegistry } from '../registry/instruments.ts';
import { collectAll } from './collect.ts';
import { type ForeignMetric, openForeign } from './foreign-metric.ts';
import type { ExpositionFormat } from './format.ts';
import { openInstrument } from './instrument-text.ts';

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

/** A metric about to be written: its head, and the lines of each of its items. */
export interface Section<T = unknown> {
  readonly head: string;
  readonly items: readonly T[];
  readonly write: (item: T) => string;
}

/** A chunk is handed on when it has about so many characters. */
const CHUNK = 32_768;
/** The event loop gets its turn after so many milliseconds of writing. */
const TURN_MS = 4;

/**
 * Writes every metric of the registries in the Prometheus text format or OpenMetrics, in chunks. Each series is
 * written whole and at one moment (a histogram's buckets agree with its count), and the event loop gets its turn
 * every few milliseconds however many series there are.
 */
export async function* render(options: RenderOptions): AsyncGenerator<string, void, void> {
  const metrics = metricsOf(options.registries);
  const collected = collectAll(metrics.map(({ metric }) => metric).filter(isInstrument), options.reportError);
  let text = '';
  let written = 0;
  let turnEnds = performance.now() + TURN_MS;

  for (const { metric, registry } of metrics) {
    if (isInstrument(metric) && (await collected.get(metric)) === false) continue;
    const section = await open(metric, registry, options);
    if (section === undefined) continue;
    text += section.head;
    for (const item of section.items) {
      try {
        text += section.write(item);
      } catch (error) {
        options.reportError(error);
        break;
      }
      if (text.length >= CHUNK) {
        yield text;
        text = '';
      }
      // A look at the clock costs as much as a short series.
      if ((++written & 31) === 0 && performance.now() > turnEnds) {
        await nextTurn();
        turnEnds = performance.now() + TURN_MS;
      }
    }
  }
  if (options.format === 'openmetrics') text += '# EOF\n';
  if (text !== '') yield text;
}

type AnyMetric = AnyInstrument | ForeignMetric;

interface Registered {
  readonly metric: AnyMetric;
  readonly registry: PrometheusRegistry;
}

/** Of a name that stands in several registries, the first. */
function metricsOf(registries: readonly PrometheusRegistry[]): readonly Registered[] {
  const metrics = new Map<string, Registered>();
  for (const registry of registries) {
    for (const metric of registry.getMetricsAsArray() as readonly AnyMetric[]) {
      if (!metrics.has(metric.name)) metrics.set(metric.name, { metric, registry });
    }
  }
  return [...metrics.values()];
}

function isInstrument(metric: AnyMetric): metric is AnyInstrument {
  return INSTRUMENT in metric;
}

async function open(
  metric: AnyMetric,
  registry: PrometheusRegistry,
  { format, defaultLabels, reportError }: RenderOptions,
): Promise<Section | undefined> {
  try {
    if (isInstrument(metric)) return openInstrument(metric, format) as Section;
    return (await openForeign(metric, format, { ...defaultLabels, ...labelsOf(registry) })) as Section;
  } catch (error) {
    reportError(error);
    return undefined;
  }
}

/** A registry's own default labels, which prom-client and its successor keep in the same place and offer no way to read. */
function labelsOf(registry: PrometheusRegistry): Readonly<Record<string, string>> | undefined {
  return (registry as { _defaultLabels?: Record<string, string> })._defaultLabels;
}
