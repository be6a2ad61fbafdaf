import { parseDuration } from '@telltale/promql';
import { invalidParameter } from './api-error.ts';
import type { Parameters } from './parameters.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/;
/** How far a JavaScript date reaches from 1970 on either side, in milliseconds. */
const FURTHEST = 8.64e15;
/** Durations are counted in nanoseconds elsewhere, in 64 bits. */
const LONGEST_MS = 2 ** 63 / 1e6;

/** What clients of Prometheus write where they mean all time. */
const ALL_TIME: Readonly<Record<string, number>> = {
  '-292273086-05-16T16:47:06Z': -FURTHEST,
  '292277025-08-18T07:12:54.999999999Z': FURTHEST,
};

/** Milliseconds of a time that may be missing: Unix seconds or RFC 3339. */
export function timeOr<T>(parameters: Parameters, name: string, fallback: T): number | T {
  return parameters.get(name) ? requiredTime(parameters, name) : fallback;
}

/** Milliseconds of a time that must be there. */
export function requiredTime(parameters: Parameters, name: string): number {
  const text = parameters.get(name) ?? '';
  const time = parseTime(text);
  if (time === undefined) throw invalidParameter(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  return time;
}

/** Milliseconds of a duration such as `90s`, or of a number of seconds; undefined where there is none. */
export function duration(parameters: Parameters, name: string): number | undefined {
  return parameters.get(name) ? requiredDuration(parameters, name) : undefined;
}

/** Milliseconds of a duration that must be there. */
export function requiredDuration(parameters: Parameters, name: string): number {
  const text = parameters.get(name) ?? '';
  const milliseconds = NUMBER.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (milliseconds === undefined || Math.abs(milliseconds) > LONGEST_MS) {
    throw invalidParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  }
  return milliseconds;
}

/** How much is to be answered at most; undefined where nothing is said, or 0. */
export function limit(parameters: Parameters, name = 'limit'): number | undefined {
  const text = parameters.get(name);
  if (!text) return undefined;
  if (!/^\+?\d{1,15}$/.test(text)) throw invalidParameter(name, 'limit must be a number, and not below zero');
  return Number(text) || undefined;
}

function parseTime(text: string): number | undefined {
  if (NUMBER.test(text)) {
    const time = Math.round(Number(text) * 1000);
    return Math.abs(time) <= FURTHEST ? time : undefined;
  }
  return ALL_TIME[text] ?? parseDate(text);
}

function parseDate(text: string): number | undefined {
  const parts = RFC_3339.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year, month, day, hour, minute, second, zoneHour = 0, zoneMinute = 0] = parts as [
    ...[number, number, number, number, number, number],
    number?,
    number?,
  ];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 59) return undefined;
  if ((zoneHour || 0) > 23 || (zoneMinute || 0) > 59) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
