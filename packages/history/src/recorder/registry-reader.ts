import { collectInTime, type Monitor } from '@telltale/core';
import { Turns } from '../turns.ts';
import { type Interned, Page } from './page.ts';
import {
  defaultLabelsOf,
  type ForeignMetric,
  type Instrument,
  isInstrument,
  metricsOf,
  type Registered,
} from './registry-metrics.ts';
import { keyOfLabels, type MetricFamily, type RecordedSeries } from './snapshot.ts';
import { boundText, type TargetLabels, withTargetLabels } from './target-labels.ts';

/** All series with their values, in the order of the registries. */
export interface Reading {
  /** The array of the reading before where the series are the same. */
  readonly series: readonly RecordedSeries[];
  readonly values: Float64Array;
}

const UP: MetricFamily = { name: 'up', help: 'Whether the process was there to be read.', type: 'gauge' };

/**
 * Reads what a scrape of the monitor would show, under the labels that Prometheus would give it. A metric that
 * cannot be read is reported and left out; of two series with the same labels the first counts.
 */
export class RegistryReader {
  readonly #monitor: Monitor;
  readonly #target: TargetLabels;
  /** By the series' object in the registry: one for a counter or gauge, one for each line of a histogram. */
  #known = new WeakMap<object, readonly Interned[]>();
  #byKey = new Map<string, Interned>();
  #defaults = '';
  #number = 0;
  #series: readonly Interned[] = [];

  constructor(monitor: Monitor, target: TargetLabels) {
    this.#monitor = monitor;
    this.#target = target;
  }

  async read(): Promise<Reading> {
    this.#forgetOnNewDefaults();
    const metrics = metricsOf(this.#monitor.registries);
    const collected = this.#collect(metrics);
    this.#number++;
    const page = new Page(this.#series);
    const turns = new Turns(2);
    this.#add(page, this.#intern('up', [], UP, false), 1);
    for (const { metric, registry } of metrics) {
      try {
        if (isInstrument(metric)) {
          if ((await collected.get(metric)) !== false) await this.#readInstrument(metric, page, turns);
        } else await this.#readForeign(metric, defaultLabelsOf(registry), page, turns);
      } catch (error) {
        this.#monitor.errors.report('history', error);
      }
    }
    const { series, values } = page.finish();
    if (series !== this.#series) this.#keep(series);
    return { series, values };
  }

  async #readInstrument(instrument: Instrument, page: Page, turns: Turns): Promise<void> {
    const { cells } = instrument;
    let read = 0;
    // A series may be dropped while the others are read.
    for (const each of instrument.series.slice()) {
      if (each.offset < 0) continue;
      let known = this.#known.get(each);
      if (known === undefined || known[0]!.dropped) {
        known = this.#internAll(instrument, each.labelValues);
        this.#known.set(each, known);
      }
      if (instrument.type === 'histogram') {
        const buckets = known.length - 2;
        let cumulative = 0;
        for (let i = 0; i < buckets; i++) {
          cumulative += cells.values[each.offset + i]!;
          this.#add(page, known[i]!, cumulative);
        }
        this.#add(page, known[buckets]!, cells.values[each.offset + buckets]!);
        this.#add(page, known[buckets + 1]!, cumulative);
      } else this.#add(page, known[0]!, cells.values[each.offset]!);
      if ((++read & 63) === 0 && turns.due) await turns.give();
    }
    if (turns.due) await turns.give();
  }

  async #readForeign(
    metric: ForeignMetric,
    registryLabels: Readonly<Record<string, string>>,
    page: Page,
    turns: Turns,
  ): Promise<void> {
    const { name, help, type, values = [] } = await collectInTime('history', metric.name, () => metric.get());
    const family: MetricFamily = { name, help, type: typeOf(type) };
    const defaults = { ...this.#monitor.instruments.defaultLabels, ...registryLabels };
    let read = 0;
    for (const { metricName = name, value, labels, sharedLabels } of values) {
      const own = Object.entries<unknown>({ ...defaults, ...labels, ...sharedLabels });
      const texts = own.map(([label, raw]): [string, string] => [
        label,
        label === 'le' || label === 'quantile' ? boundText(raw) : String(raw ?? ''),
      ]);
      const sample = family.type === 'counter' ? `${metricName.replace(/_total$/, '')}_total` : metricName;
      const cumulative = family.type === 'counter' || (metricName !== name && family.type !== 'gauge');
      this.#add(page, this.#intern(sample, texts, family, cumulative), Number(value));
      if ((++read & 63) === 0 && turns.due) await turns.give();
    }
    if (turns.due) await turns.give();
  }

  /** The lines of one series of an instrument, in the order of its cells: buckets, sum, count. */
  #internAll(instrument: Instrument, labelValues: readonly string[]): readonly Interned[] {
    const { help, type, labelNames, host } = instrument;
    const name =
      type === 'counter' && !instrument.name.endsWith('_total') ? `${instrument.name}_total` : instrument.name;
    const family: MetricFamily = { name, help, type };
    const own = labelNames.map((label, i): [string, string] => [label, labelValues[i]!]);
    for (const [label, value] of Object.entries(host.defaultLabels)) {
      if (!labelNames.includes(label)) own.push([label, value]);
    }
    if (instrument.type !== 'histogram') return [this.#intern(name, own, family, type === 'counter')];
    const bounds = [...instrument.bounds, Number.POSITIVE_INFINITY];
    return [
      ...bounds.map((bound) => this.#intern(`${name}_bucket`, [...own, ['le', boundText(bound)]], family, true)),
      this.#intern(`${name}_sum`, own, family, true),
      this.#intern(`${name}_count`, own, family, true),
    ];
  }

  #intern(name: string, own: Iterable<readonly [string, string]>, family: MetricFamily, cumulative: boolean): Interned {
    const labels = withTargetLabels(name, own, this.#target);
    const key = keyOfLabels(labels);
    let series = this.#byKey.get(key);
    if (series === undefined) {
      series = { labels, key, family, cumulative, readAt: 0, dropped: false };
      this.#byKey.set(key, series);
    }
    return series;
  }

  #add(page: Page, series: Interned, value: number): void {
    if (series.readAt === this.#number) return;
    series.readAt = this.#number;
    page.add(series, value);
  }

  /** Forgets the series that are no longer read: coming back, they are new ones with the same labels. */
  #keep(series: readonly Interned[]): void {
    for (const old of this.#series) {
      if (old.readAt === this.#number) continue;
      old.dropped = true;
      this.#byKey.delete(old.key);
    }
    this.#series = series;
  }

  /** The service may be named after the first metrics were read. */
  #forgetOnNewDefaults(): void {
    const defaults = JSON.stringify(this.#monitor.instruments.defaultLabels);
    if (defaults === this.#defaults) return;
    this.#defaults = defaults;
    this.#known = new WeakMap();
  }

  /** Lets all instruments collect at the same time. */
  #collect(metrics: readonly Registered[]): ReadonlyMap<Instrument, Promise<boolean>> {
    const collected = new Map<Instrument, Promise<boolean>>();
    for (const { metric } of metrics) {
      if (!isInstrument(metric) || metric.collect === undefined) continue;
      const { name, collect } = metric;
      const done = collectInTime('history', name, collect).then(
        () => true,
        (error) => {
          this.#monitor.errors.report('history', error);
          return false;
        },
      );
      collected.set(metric, done);
    }
    return collected;
  }
}

function typeOf(type: string): MetricFamily['type'] {
  return type === 'counter' || type === 'gauge' || type === 'histogram' || type === 'summary' ? type : 'untyped';
}
