import { formatLabels, isLabelName } from '../registry/labels.ts';
import type { ExpositionFormat } from './format.ts';

/** What stands above the samples of a metric. In OpenMetrics a counter's family has no `_total`. */
export function formatHead(name: string, help: string, type: string, format: ExpositionFormat): string {
  const openMetrics = format === 'openmetrics';
  const family = openMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
  let escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  if (openMetrics) escaped = escaped.replaceAll('"', '\\"');
  return `# HELP ${family} ${escaped}\n# TYPE ${family} ${type}\n`;
}

/** A sample's value. */
export function formatValue(value: number): string {
  if (value - value === 0) return String(value);
  return value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : 'NaN';
}

/** The value of `le` or `quantile`. Whole ones have a decimal point in OpenMetrics (its "canonical numbers"). */
export function formatBound(bound: unknown, format: ExpositionFormat): string {
  // prom-client gives numbers, and `+Inf` as text.
  const text = typeof bound === 'number' ? formatValue(bound) : String(bound ?? '');
  return format === 'openmetrics' && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** OpenMetrics allows so many characters of names and values on one exemplar. */
const EXEMPLAR_LIMIT = 128;

/** An exemplar behind its sample, in OpenMetrics; nothing where the labels are not allowed there. */
export function formatExemplar(labels: Readonly<Record<string, unknown>>, value: number, seconds: number): string {
  const names = Object.keys(labels);
  const values = Object.values(labels).map(String);
  const length = [...names, ...values].reduce((sum, text) => sum + [...text].length, 0);
  if (length > EXEMPLAR_LIMIT || !names.every(isLabelName)) return '';
  return ` # {${formatLabels(names, values)}} ${formatValue(value)} ${seconds}`;
}
