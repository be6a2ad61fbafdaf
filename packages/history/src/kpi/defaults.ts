import { defineKpis, type Kpi } from './definition.ts';

/** Of all that is counted in five minutes, the share that a selector takes: 0 where none, no value where nothing is. */
function share(part: string, whole: string): string {
  return `(sum(rate(${part}[5m])) or vector(0)) / (sum(rate(${whole}[5m])) > 0)`;
}

/** A percentile over all series of a histogram; no value, rather than NaN, where nothing was observed. */
function percentile(quantile: number, histogram: string): string {
  return `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket[5m]))) >= 0`;
}

/**
 * How often something was counted in a day, by a counter that may be there only since it happened: the rise of what was
 * there, and the first value of what was not there the day before.
 */
function countedInADay(counter: string): string {
  const risen = `increase(${counter}[1d])`;
  const begun = `(min_over_time(${counter}[1d]) unless last_over_time(${counter}[1d] offset 1d))`;
  return `sum(${risen} + ${begun} or ${begun} or ${risen})`;
}

const HITS = '(sum(rate(cache_hits_total[5m])) or vector(0))';
const MISSES = '(sum(rate(cache_misses_total[5m])) or vector(0))';
const CALLED = 'sum(rate(ai_requests_total{status!~"cached|blocked"}[1h]))';
const UNPRICED = '(sum(rate(ai_unpriced_requests_total[1h])) or vector(0))';

/**
 * The KPIs that come with Telltale, on its own metrics. Targets and alerts are a start and meant to be replaced: take
 * those that fit, and put your own beside them.
 */
export const defaultKpis: readonly Kpi[] = defineKpis([
  {
    name: 'Request latency P95',
    expr: percentile(0.95, 'http_request_duration_seconds'),
    target: 0.5,
    alert: 1,
    unit: 'seconds',
    better: 'lower',
  },
  {
    name: 'Request error rate',
    expr: share('http_requests_total{status_code=~"5.."}', 'http_requests_total'),
    target: 0.01,
    alert: 0.05,
    unit: 'share',
    better: 'lower',
  },
  {
    name: 'Memory of a process',
    expr: 'max(process_resident_memory_bytes)',
    target: 750_000_000,
    alert: 1_000_000_000,
    unit: 'bytes',
    better: 'lower',
  },
  {
    name: 'Cache hit rate',
    expr: `${HITS} / (${HITS} + ${MISSES} > 0)`,
    target: 0.8,
    alert: 0.5,
    unit: 'share',
    better: 'higher',
  },
  {
    name: 'Queue depth',
    expr: 'sum(max by (queue, state) (queue_depth{state=~"waiting|prioritized"}))',
    target: 100,
    alert: 1_000,
    unit: 'jobs',
    better: 'lower',
  },
  {
    name: 'Queue wait P95',
    expr: percentile(0.95, 'queue_job_wait_seconds'),
    target: 30,
    alert: 300,
    unit: 'seconds',
    better: 'lower',
  },
  {
    // What cannot be priced is in neither the money nor the calls.
    name: 'AI cost per request',
    expr: `sum(rate(ai_cost_usd_total[1h])) / (${CALLED} - ${UNPRICED} > 0)`,
    target: 0.01,
    alert: 0.05,
    unit: 'USD',
    better: 'lower',
  },
  {
    name: 'Work on the optimised path',
    expr: share('work_items_total{path!="full"}', 'work_items_total'),
    target: 0.6,
    alert: 0.3,
    unit: 'share',
    better: 'higher',
  },
  {
    name: 'Work skipped',
    expr: share('work_items_total{path="skipped"}', 'work_items_total'),
    target: 0.2,
    alert: 0,
    unit: 'share',
    better: 'higher',
  },
  {
    name: 'Sampling ratio',
    expr: share('work_units_examined_total', 'work_units_total'),
    target: 0.8,
    alert: 1,
    unit: 'share',
    better: 'lower',
  },
  {
    name: 'Speed-up',
    expr: 'sum(rate(work_baseline_seconds_total[5m])) / (sum(rate(work_seconds_total[5m])) > 0)',
    target: 1.5,
    alert: 1,
    unit: 'times',
    better: 'higher',
  },
  {
    name: 'Module load time P95',
    // A process loads a module once: of what those of a day have loaded in all, since nothing rises after that.
    expr: 'histogram_quantile(0.95, sum by (le) (max_over_time(module_load_duration_seconds_bucket[1d]))) >= 0',
    target: 0.1,
    alert: 1,
    unit: 'seconds',
    better: 'lower',
  },
  {
    name: 'Module fallbacks in a day',
    expr: countedInADay('module_load_fallbacks_total'),
    target: 0,
    alert: 10,
    unit: 'times',
    better: 'lower',
  },
]);
