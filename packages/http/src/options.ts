import type { IncomingMessage, ServerResponse } from 'node:http';
import { flag, given, list, number, type OptionsOf, type Resolved, text } from '@telltale/core';
import { httpMetrics } from './metrics.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const TAKEN = new Set<string>(['le', ...Object.values(httpMetrics).flatMap(({ labelNames }) => labelNames)]);

/** A label of the user's: read from the request when its response has ended. Throwing or odd values become ''. */
export type RequestLabel = (request: IncomingMessage, response: ServerResponse) => string | undefined;

/** The options of `http`. */
export const httpOptions = {
  ignorePaths: list([]),
  groupStatus: flag(false),
  slowRequestMs: number(1_000, { min: 1, max: 3_600_000, unit: 'milliseconds' }),
  accessLog: flag(true),
  labels: given<Readonly<Record<string, RequestLabel>>, Readonly<Record<string, RequestLabel>>>(
    'an object of functions (request, response) => text, by label name',
    (raw) => typeof raw === 'object' && raw !== null && Object.entries(raw).every(isLabel),
    {},
  ),
  token: text(undefined, { env: 'TELLTALE_TOKEN', secret: true, refuseEmpty: true }),
  metricsPort: number(undefined, { min: 0, max: 65_535, unit: 'a port' }, { env: 'METRICS_PORT' }),
  metricsHost: text(undefined, { env: 'METRICS_HOST' }),
} as const;

/** What an HTTP integration takes beside the options of `core`. */
export type HttpOptions = OptionsOf<typeof httpOptions>;

/** What they resolve to. */
export type HttpConfig = Resolved<typeof httpOptions>;

function isLabel([name, read]: [string, unknown]): boolean {
  return typeof read === 'function' && LABEL_NAME.test(name) && !name.startsWith('__') && !TAKEN.has(name);
}
