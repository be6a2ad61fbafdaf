import type { LogMethod } from './levels.ts';

/** What a log line is about. */
export const EVENT_TYPES = [
  'request',
  'response',
  'error',
  'security',
  'performance',
  'business',
  'system',
  'audit',
] as const;

/** What a log line is about. */
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * The event types that are methods of the logger, with the level of their lines: somebody should look at a security
 * event. Neither sampling nor the rate limit holds back those that must be there `always`.
 */
export const EVENT_METHODS = {
  audit: { method: 'info', always: true },
  business: { method: 'info', always: false },
  performance: { method: 'info', always: false },
  security: { method: 'warning', always: true },
  system: { method: 'info', always: false },
} as const satisfies Partial<Record<EventType, { readonly method: LogMethod; readonly always: boolean }>>;

/** An event type as a method of the logger. */
export type EventMethod = keyof typeof EVENT_METHODS;
