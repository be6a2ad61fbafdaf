/** A question that operators of services ask, in PromQL that answers it. */
interface GuideQuery {
  readonly asks: string;
  readonly expression: string;
  /** Where as it is often written it is silently empty or wrong: why. */
  readonly corrected?: string;
}

const QUANTILE =
  'a quantile of counters since the start, and of each label set by itself; empty once le is summed away';
const RATIO = 'divides series by series, so that statuses never meet; no errors would be no answer, no traffic NaN';

const quantile = (share: number, histogram: string, by = '') =>
  `histogram_quantile(${share}, sum by (le${by}) (rate(${histogram}_bucket[5m])))`;

/**
 * What operations guides put on dashboards and in alerts, on our own metrics and corrected where it was wrong. Alerts
 * are here with a threshold that the data pass, so that they have an answer.
 */
export const GUIDE_QUERIES: readonly GuideQuery[] = [
  ...[0.5, 0.95, 0.99].map((share) => ({
    asks: `processing time, P${share * 100}`,
    expression: quantile(share, 'queue_job_duration_seconds'),
    corrected: QUANTILE,
  })),
  { asks: 'memory', expression: 'process_resident_memory_bytes' },
  {
    asks: 'cache hit rate',
    expression:
      'sum(rate(cache_hits_total[5m])) / (sum(rate(cache_hits_total[5m])) + sum(rate(cache_misses_total[5m])) > 0)',
    corrected: RATIO,
  },
  {
    asks: 'share of work on the optimised path',
    expression: 'sum(rate(work_items_total{path!="full"}[5m])) / (sum(rate(work_items_total[5m])) > 0)',
    corrected: RATIO,
  },
  { asks: 'slow jobs', expression: `${quantile(0.95, 'queue_job_duration_seconds')} > 0.1`, corrected: QUANTILE },
  { asks: 'high memory', expression: 'process_resident_memory_bytes / 1e6 > 100' },
  {
    asks: 'low cache hit rate',
    expression:
      'sum(rate(cache_hits_total[5m])) / (sum(rate(cache_hits_total[5m])) + sum(rate(cache_misses_total[5m])) > 0) < 0.99',
    corrected: RATIO,
  },
  {
    asks: 'optimisation does not work',
    expression: 'sum(rate(work_items_total{path!="full"}[5m])) / (sum(rate(work_items_total[5m])) > 0) < 0.99',
    corrected: RATIO,
  },
  {
    asks: 'errors a second',
    expression: 'sum(rate(http_requests_total{status_code=~"5.."}[5m])) > 0.001',
    corrected: 'each label set was held against the threshold by itself',
  },
  { asks: 'memory in gigabytes', expression: 'process_resident_memory_bytes / (1024 ^ 3) > 0.1' },
  { asks: 'accuracy of a model', expression: 'prediction_accuracy < 0.99' },
  {
    asks: 'failed jobs',
    expression: 'sum by (queue, job) (increase(queue_jobs_processed_total{status="failed"}[10m])) > 0',
    corrected: 'a counter that is first seen above zero has no increase: known statuses begin at zero',
  },
  ...[0.95, 0.5].map((share) => ({
    asks: `latency of a model, P${share * 100}`,
    expression: quantile(share, 'ai_request_duration_seconds', ', provider, model'),
    corrected: 'without the sum there is a line for each status and operation',
  })),
  { asks: 'calls of models', expression: 'sum by (provider, model) (rate(ai_requests_total[5m]))' },
  { asks: 'CPU', expression: 'system_cpu_usage_percent' },
  {
    asks: 'average response time',
    expression:
      'sum by (route) (rate(http_request_duration_seconds_sum[5m])) / (sum by (route) (rate(http_request_duration_seconds_count[5m])) > 0)',
    corrected: 'NaN for every label set without traffic',
  },
  {
    asks: 'error rate',
    expression:
      '(sum(rate(http_requests_total{status_code=~"5.."}[5m])) or vector(0)) / (sum(rate(http_requests_total[5m])) > 0)',
    corrected: RATIO,
  },
  {
    asks: 'query time of the database, P95',
    expression: quantile(0.95, 'database_query_duration_seconds', ', operation'),
    corrected: 'without the sum there is a line for each table',
  },
  { asks: 'users', expression: 'users_active' },
];
