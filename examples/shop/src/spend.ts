import { queryEngine } from 'telltale';

const REPORT_EVERY_MS = 30_000;
const SHOWN = 4;

/** Says on the console, every half minute, what routes and jobs have spent on models. Returns the function that ends that. */
export function reportSpend(): () => void {
  const timer = setInterval(async () => {
    const line = await spendLine();
    if (line !== undefined) console.log(line);
  }, REPORT_EVERY_MS);
  return () => clearInterval(timer);
}

/** The spend of the service and its worker, the dearest first; `undefined` before the first cent. */
export async function spendLine(): Promise<string | undefined> {
  const result = await queryEngine().instant('sort_desc(sum by (origin) (ai_cost_by_origin_usd_total))');
  const spent = result.type === 'vector' ? result.elements.filter(({ value }) => value > 0) : [];
  if (spent.length === 0) return undefined;
  const total = spent.reduce((sum, { value }) => sum + value, 0);
  const dearest = spent.slice(0, SHOWN).map(({ metric, value }) => `${metric.origin} ${dollars(value)}`);
  return `models    ${dollars(total)} spent   ${dearest.join(', ')}`;
}

function dollars(value: number): string {
  return `$${value.toFixed(4)}`;
}
