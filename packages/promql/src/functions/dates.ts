import type { Implementation } from './implementation.ts';

const DAY_MS = 86_400_000;

/** Parts of a date in UTC. */
export const DATES = {
  day_of_month: date((at) => at.getUTCDate()),
  day_of_week: date((at) => at.getUTCDay()),
  day_of_year: date((at) => Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / DAY_MS) + 1),
  days_in_month: date((at) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()),
  hour: date((at) => at.getUTCHours()),
  minute: date((at) => at.getUTCMinutes()),
  month: date((at) => at.getUTCMonth() + 1),
  year: date((at) => at.getUTCFullYear()),
} as const satisfies Record<string, Implementation>;

function date(compute: (at: Date) => number): Implementation {
  return { kind: 'date', compute };
}
