import type { Histogram, HistogramSeries } from '../registry/histogram.ts';
import type { Series } from '../registry/instrument.ts';
import type { AnyInstrument } from '../registry/instruments.ts';
import { formatLabels } from '../registry/labels.ts';
import type { ExpositionFormat } from './format.ts';
import type { Section } from './render.ts';
import { formatBound, formatExemplar, formatHead, formatValue } from './text.ts';

/** Makes an instrument of ours, whose values are collected, ready to be written. */
export function openInstrument(instrument: AnyInstrument, format: ExpositionFormat): Section<Series> {
  const { help, type, series } = instrument;
  const name = sampleName(instrument);
  const write = instrument.type === 'histogram' ? histogramWriter(instrument, format) : valueWriter(instrument, name);
  return {
    head: formatHead(name, help, type, format),
    // A series may be dropped while the others are written.
    items: series.slice(),
    write: (each) => (each.offset < 0 ? '' : write(each)),
  };
}

/** A counter's name ends in `_total`, whatever prom-client's OpenMetrics mode has made of it. */
function sampleName({ name, type }: AnyInstrument): string {
  return type === 'counter' && !name.endsWith('_total') ? `${name}_total` : name;
}

function valueWriter(instrument: AnyInstrument, name: string): (series: Series) => string {
  const { cells } = instrument;
  const labelsOf = labelsWriter(instrument);
  return (series) => {
    if (series.cachedPrefix === undefined) {
      const labels = labelsOf(series);
      series.cachedPrefix = labels === '' ? ' ' : `{${labels}} `;
    }
    return `${name}${series.cachedPrefix}${formatValue(cells.values[series.offset]!)}\n`;
  };
}

function histogramWriter(instrument: Histogram, format: ExpositionFormat): (series: Series) => string {
  const { name, bounds, cells } = instrument;
  const labelsOf = labelsWriter(instrument);
  const sumAt = bounds.length + 1;
  const bucketEnds = [...bounds, Number.POSITIVE_INFINITY].map((bound) => `le="${formatBound(bound, format)}"} `);
  return (series) => {
    series.cachedPrefix ??= labelsOf(series);
    const labels = series.cachedPrefix;
    const head = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
    const tail = labels === '' ? ' ' : `{${labels}} `;
    const exemplars = format === 'openmetrics' ? (series as HistogramSeries).exemplars : undefined;
    const { values } = cells;
    const { offset } = series;
    let text = '';
    let cumulative = 0;
    for (let i = 0; i < bucketEnds.length; i++) {
      cumulative += values[offset + i]!;
      text += head + bucketEnds[i]! + cumulative;
      const exemplar = exemplars?.[i];
      if (exemplar !== undefined) text += formatExemplar(exemplar.labels, exemplar.value, exemplar.timestamp / 1000);
      text += '\n';
    }
    return `${text}${name}_sum${tail}${formatValue(values[offset + sumAt]!)}\n${name}_count${tail}${cumulative}\n`;
  };
}

/** Writes the labels of a series, and the default ones that it does not have itself. */
function labelsWriter({ labelNames, host }: AnyInstrument): (series: Series) => string {
  const defaults = Object.entries(host.defaultLabels).filter(([name]) => !labelNames.includes(name));
  const constant = formatLabels(
    defaults.map(([name]) => name),
    defaults.map(([, value]) => value),
  );
  return ({ labelValues }) => {
    const own = formatLabels(labelNames, labelValues);
    return own === '' || constant === '' ? own + constant : `${own},${constant}`;
  };
}
