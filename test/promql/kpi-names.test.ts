import { childrenOf, type Expression, parseExpression, type VectorSelector } from '@telltale/promql';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { aiMetrics } from '../../packages/ai/src/metrics.ts';
import { cacheMetrics } from '../../packages/cache/src/metrics.ts';
import { databaseMetrics } from '../../packages/database/src/metrics.ts';
import { defaultKpis } from '../../packages/history/src/kpi/defaults.ts';
import { effectivenessMetrics } from '../../packages/history/src/kpi/metrics.ts';
import { httpMetrics } from '../../packages/http/src/metrics.ts';
import { queueMetrics } from '../../packages/queue/src/metrics.ts';

interface Known {
  readonly name: string;
  readonly labelNames: readonly string[];
  readonly buckets?: readonly number[];
}

/** Every series that can come of the tables, with its labels. */
function knownSeries(): Map<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const tables = [httpMetrics, aiMetrics, cacheMetrics, databaseMetrics, queueMetrics, effectivenessMetrics];
  const metrics: Known[] = tables.flatMap((table) => Object.values<Known>(table));
  for (const { name } of registry.getMetricsAsArray()) metrics.push({ name, labelNames: [] });
  for (const { name, labelNames, buckets } of metrics) {
    const labels = ['__name__', 'service', 'instance', 'job', ...labelNames];
    if (buckets === undefined) known.set(name, labels);
    else {
      known.set(`${name}_bucket`, [...labels, 'le']);
      known.set(`${name}_sum`, labels).set(`${name}_count`, labels);
    }
  }
  return known;
}

function selectorsOf(expression: Expression): VectorSelector[] {
  return expression.kind === 'selector' ? [expression] : childrenOf(expression).flatMap(selectorsOf);
}

function groupingsOf(expression: Expression): string[] {
  const own = expression.kind === 'aggregation' ? expression.grouping : [];
  return [...own, ...childrenOf(expression).flatMap(groupingsOf)];
}

describe("the KPIs that come along name what Telltale's tables of metrics have", () => {
  const known = knownSeries();

  test.each(defaultKpis.map(({ name, expr }) => [name, expr]))('%s', (_, expr) => {
    const { root } = parseExpression(expr);
    const selectors = selectorsOf(root);
    expect(selectors).not.toHaveLength(0);
    for (const { name, matchers } of selectors) {
      expect([...known.keys()]).toContain(name);
      const labels = known.get(name!)!;
      for (const matcher of matchers) expect(labels, `${name}`).toContain(matcher.name);
    }
    for (const label of groupingsOf(root)) {
      for (const { name } of selectors) expect(known.get(name!), `${name}`).toContain(label);
    }
  });
});
