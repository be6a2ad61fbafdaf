import promClient from 'prom-client';
import { expect, expectTypeOf, test } from 'vitest';
import { testMonitor } from '../../test/test-monitor.ts';
import type { Counter } from '../registry/counter.ts';
import type { Gauge } from '../registry/gauge.ts';
import type { Histogram } from '../registry/histogram.ts';
import { defineMetrics } from './define-metrics.ts';
import { metricName } from './metric-name.ts';
import { MetricTracker } from './metric-tracker.ts';

test('metrics are defined by a table, with names from its keys and labels that the compiler knows', async () => {
  const { monitor, scrape } = testMonitor();
  const metrics = defineMetrics(
    {
      campaignsCreated: { type: 'counter', help: 'Campaigns.', labels: ['platform', 'kind'] },
      ROAS: { type: 'gauge', help: 'Return on ad spend.', labels: ['campaign'] },
      activeUsers: { type: 'gauge', help: 'Users.' },
      trainingLoss: { type: 'histogram', help: 'Loss.', labels: ['model'], buckets: [0.1, 1] },
      deployments: { type: 'counter', help: 'Deployments.', name: 'deploys_total' },
    },
    { monitor },
  );
  expectTypeOf(metrics.campaignsCreated).toEqualTypeOf<Counter<readonly ['platform', 'kind']>>();
  expectTypeOf(metrics.activeUsers).toEqualTypeOf<Gauge<readonly []>>();
  expectTypeOf(metrics.trainingLoss).toEqualTypeOf<Histogram<readonly ['model']>>();
  metrics.campaignsCreated.inc({ platform: 'search', kind: 'video' });
  // @ts-expect-error a label that is not declared
  metrics.campaignsCreated.labels({ plattform: 'search' });
  // @ts-expect-error a value too few
  metrics.campaignsCreated.labels('search');
  metrics.ROAS.set({ campaign: 'c1' }, 4.2);
  metrics.trainingLoss.observe({ model: 'm' }, 0.5);
  expect(await scrape('campaigns_created_total')).toContain('{platform="search",kind="video"} 1');
  expect(await scrape('roas')).toBe('roas{campaign="c1"} 4.2');
  expect(await scrape('active_users')).toBe('active_users 0');
  expect(await scrape('training_loss')).toContain('training_loss_bucket{model="m",le="1"} 1');
  expect(await scrape('deploys_total')).toBe('deploys_total 0');
});

test('a definition that cannot be used stops where it is written', () => {
  const { monitor } = testMonitor();
  const define = (definition: object) => () => defineMetrics({ key: definition as never }, { monitor });
  expect(define({ type: 'gauge', help: 'H.', labels: ['not a label'] })).toThrow('"not a label" is not a label name');
  expect(define({ type: 'gauge', help: '' })).toThrow('a help text is missing');
  expect(define({ type: 'counter', help: 'H.', name: 'x' })).toThrow('ends in _total');
  expect(define({ type: 'histogram', help: 'H.', buckets: [2, 1] })).toThrow('do not ascend');
  expect(define({ type: 'summary', help: 'H.' })).toThrow('[telltale] [tracking]');
});

test('a name that is taken is reported and costs nothing else', () => {
  const { monitor, registry, errors } = testMonitor();
  new promClient.Gauge({ name: 'taken', help: 'Theirs.', registers: [registry] });
  const metrics = defineMetrics({ taken: { type: 'gauge', help: 'Ours.' } }, { monitor });
  metrics.taken.set(1);
  expect(errors).toEqual([expect.stringContaining('a metric of another library')]);
});

test('a tracker makes metrics on the way, with names made valid', async () => {
  const { monitor, scrape, errors } = testMonitor();
  const tracker = new MetricTracker('image.import', { monitor });
  tracker.timer('preprocessing').observe(0.2);
  tracker.counter('itemsProcessed').inc(10);
  tracker.counter('itemsProcessed').inc();
  tracker.counter('bytes_total').inc(5);
  tracker.gauge('queue size').set(5);
  expect(await scrape('image_import_preprocessing_seconds')).toContain('_count 1');
  expect(await scrape('image_import_items_processed_total')).toBe('image_import_items_processed_total 11');
  expect(await scrape('image_import_bytes_total')).toBe('image_import_bytes_total 5');
  expect(await scrape('image_import_queue_size')).toBe('image_import_queue_size 5');
  new MetricTracker('image', { monitor }).timer('import_bytes_total_seconds').startTimer()();
  tracker.gauge('bytes_total').set(1);
  expect(errors).toEqual([expect.stringContaining('"image_import_bytes_total"')]);
});

test.each([
  ['campaignsCreated', '', 'campaigns_created'],
  ['HTTPRequests', '_total', 'http_requests_total'],
  ['p95Latency', '', 'p95_latency'],
  ['custom.operation-time', '_seconds', 'custom_operation_time_seconds'],
  ['jobs_total', '_total', 'jobs_total'],
  ['9lives', '', '_9lives'],
  ['Größe der Datei', '', 'gr_e_der_datei'],
  ['', '', '_'],
])('the name of %s is made valid', (text, suffix, name) => {
  expect(metricName(text, suffix)).toBe(name);
});
