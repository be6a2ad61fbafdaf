import { type InstantQuestion, PromQLError, type QueryEngine } from '@telltale/promql';
import { defaultKpis } from './defaults.ts';
import type { Kpi } from './definition.ts';

/** How a KPI stands: at its target or better, short of it, beyond its alert, or without a value. */
export type KpiState = 'ok' | 'warning' | 'alert' | 'no data';

/** A KPI and what it is now. */
export interface KpiReading extends Kpi {
  /** In the KPI's unit. */
  readonly value: number | undefined;
  readonly state: KpiState;
  /** Why there is no value, where that is a fault: the query failed, or gave more than one number. */
  readonly problem?: string;
}

/**
 * What KPIs are at one moment, in their order. A KPI that cannot be read says so in its `problem` and leaves the
 * others alone.
 *
 * @example
 * for (const { name, value, target, state } of await readKpis(engine)) console.log(name, value, target, state);
 */
export function readKpis(
  engine: QueryEngine,
  kpis: readonly Kpi[] = defaultKpis,
  question: InstantQuestion = {},
): Promise<readonly KpiReading[]> {
  return Promise.all(kpis.map((kpi) => readKpi(engine, kpi, question)));
}

async function readKpi(engine: QueryEngine, kpi: Kpi, question: InstantQuestion): Promise<KpiReading> {
  try {
    const result = await engine.instant(kpi.expr, question);
    if (result.type === 'scalar') return reading(kpi, result.value);
    if (result.type !== 'vector') return { ...reading(kpi, undefined), problem: 'the expression gives no number' };
    const { elements } = result;
    if (elements.length <= 1) return reading(kpi, elements[0]?.value);
    const problem = `the expression gives ${elements.length} series; aggregate them to one`;
    return { ...reading(kpi, undefined), problem };
  } catch (error) {
    const problem = error instanceof PromQLError ? error.detail : String(error);
    return { ...reading(kpi, undefined), problem };
  }
}

function reading(kpi: Kpi, value: number | undefined): KpiReading {
  if (value === undefined || Number.isNaN(value)) return { ...kpi, value: undefined, state: 'no data' };
  return { ...kpi, value, state: stateOf(kpi, value) };
}

function stateOf({ target, alert, better }: Kpi, value: number): KpiState {
  const [good, bad] = better === 'higher' ? [value >= target, value < alert] : [value <= target, value > alert];
  if (good) return 'ok';
  return bad ? 'alert' : 'warning';
}
