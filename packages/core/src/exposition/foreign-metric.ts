import type { MetricSnapshot, MetricValue } from '../registry/instrument.ts';
import { escapeLabelValue } from '../registry/labels.ts';
import type { ExpositionFormat } from './format.ts';
import type { Section } from './render.ts';
import { formatBound, formatExemplar, formatHead, formatValue } from './text.ts';

/** A metric of another library: anything that speaks prom-client's protocol. */
export interface ForeignMetric {
  readonly name: string;
  get(): Promise<MetricSnapshot> | MetricSnapshot;
}

/** One value, as prom-client gives it. */
interface ForeignValue extends MetricValue {
  /** The labels of a series of a histogram or summary, apart from `le` and `quantile`. */
  readonly sharedLabels?: Readonly<Record<string, unknown>>;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, unknown>>;
    readonly value: number;
    /** Seconds. */
    readonly timestamp: number;
  } | null;
}

/** Reads a metric of another library; rejects as its `get` does. */
export async function openForeign(
  metric: ForeignMetric,
  format: ExpositionFormat,
  defaultLabels: Readonly<Record<string, string>>,
): Promise<Section<ForeignValue>> {
  const { name, help, type, values = [] } = await metric.get();
  const openMetrics = format === 'openmetrics';

  const write = ({ metricName = name, value, labels, sharedLabels, exemplar }: ForeignValue): string => {
    const parts: string[] = [];
    for (const [label, raw] of Object.entries({ ...defaultLabels, ...labels, ...sharedLabels })) {
      const text = label === 'le' || label === 'quantile' ? formatBound(raw, format) : String(raw ?? '');
      if (text !== '') parts.push(`${label}="${escapeLabelValue(text)}"`);
    }
    const sample = openMetrics && type === 'counter' ? `${metricName.replace(/_total$/, '')}_total` : metricName;
    const line = `${sample}${parts.length === 0 ? '' : `{${parts.join(',')}}`} ${formatValue(value)}`;
    return openMetrics && exemplar
      ? `${line}${formatExemplar(exemplar.labelSet, exemplar.value, exemplar.timestamp)}\n`
      : `${line}\n`;
  };
  return { head: formatHead(name, help, type, format), items: values as readonly ForeignValue[], write };
}
