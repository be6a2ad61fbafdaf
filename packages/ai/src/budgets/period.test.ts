import { expect, it } from 'vitest';
import { Calendar, forecast, type PeriodName } from './period.ts';

function periodOf(per: PeriodName, time: string, timeZone?: string): [string, string] {
  const { start, end } = new Calendar(per, timeZone).periodAt(Date.parse(time));
  return [new Date(start).toISOString(), new Date(end).toISOString()];
}

it.each([
  ['month', '2026-02-28T23:59:59.999Z', undefined, '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ['month', '2028-02-29T12:00:00Z', undefined, '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ['month', '2026-12-31T23:59:59.999Z', undefined, '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['day', '2026-12-31T23:59:59.999Z', undefined, '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['hour', '2026-06-01T10:59:59.999Z', undefined, '2026-06-01T10:00:00.000Z', '2026-06-01T11:00:00.000Z'],
  // The year begins in Tokyo while it is still the old one in Greenwich.
  ['day', '2026-12-31T15:00:00Z', 'Asia/Tokyo', '2026-12-31T15:00:00.000Z', '2027-01-01T15:00:00.000Z'],
  ['month', '2026-12-31T14:59:59Z', 'Asia/Tokyo', '2026-11-30T15:00:00.000Z', '2026-12-31T15:00:00.000Z'],
  // Clocks go forward: a day of 23 hours. Back: one of 25.
  ['day', '2026-03-29T10:00:00Z', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['day', '2026-10-25T10:00:00Z', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['month', '2026-03-15T10:00:00Z', 'America/New_York', '2026-03-01T05:00:00.000Z', '2026-04-01T04:00:00.000Z'],
  // The hour that comes twice is two.
  ['hour', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z'],
  ['hour', '2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25T01:00:00.000Z', '2026-10-25T02:00:00.000Z'],
  // Half an hour off.
  ['hour', '2026-06-01T10:45:00Z', 'Asia/Kolkata', '2026-06-01T10:30:00.000Z', '2026-06-01T11:30:00.000Z'],
  // A day that begins at one o'clock, since clocks skip midnight.
  ['day', '2026-09-06T12:00:00Z', 'America/Santiago', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'],
] as const)('finds the %s of %s in %s', (per, time, timeZone, start, end) => {
  expect(periodOf(per, time, timeZone)).toEqual([start, end]);
});

it('gives periods that follow one another without a gap, in every zone', () => {
  for (const timeZone of ['UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Pacific/Apia']) {
    const calendar = new Calendar('day', timeZone);
    let { end } = calendar.periodAt(Date.UTC(2025, 11, 31));
    for (let i = 0; i < 800; i++) {
      const next = calendar.periodAt(end);
      expect(next.start).toBe(end);
      expect(next.end - next.start).toBeGreaterThanOrEqual(22 * 3_600_000);
      ({ end } = next);
    }
  }
});

it('forecasts the end of a period from what was spent so far', () => {
  const period = { start: 0, end: 100_000 };
  expect(forecast(5, period, 50_000)).toBe(10);
  expect(forecast(5, period, 500)).toBe(5);
  expect(forecast(5, period, 200_000)).toBe(5);
});
