import type { Kpi, KpiReading } from '@telltale/history';
import { loadHistory } from './load-history.ts';
import { queryEngine } from './remembered.ts';

const defined = new Map<string, Kpi>();

/**
 * Adds KPIs of the service's own to those that `kpis()` reads; one of a name that is there already replaces it, a
 * shipped one too. Returns them.
 *
 * @throws {ConfigError} naming everything that is wrong with any of them; then none is added.
 *
 * @example
 * defineKpis([{ name: 'Paid orders', expr: 'sum(rate(orders_paid_total[1h])) / (sum(rate(orders_placed_total[1h])) > 0)',
 *   target: 0.8, alert: 0.5, unit: 'share', better: 'higher', owner: 'shop' }]);
 */
export function defineKpis(definitions: readonly Kpi[]): readonly Kpi[] {
  const checked = loadHistory().defineKpis(definitions);
  for (const kpi of checked) defined.set(kpi.name, kpi);
  return checked;
}

/** What every KPI is now, those that come along first: value, target, alert, unit, state. Never rejects. */
export async function kpis(): Promise<readonly KpiReading[]> {
  const { defaultKpis, readKpis } = loadHistory();
  const all = new Map([...defaultKpis.map((kpi) => [kpi.name, kpi] as const), ...defined]);
  return readKpis(queryEngine(), [...all.values()]);
}
