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

/** The event types that are methods of the logger, with the level of their lines. Somebody should look at a security event. */
export const EVENT_METHODS = {
  audit: 'info',
  business: 'info',
  performance: 'info',
  security: 'warning',
  system: 'info',
} as const satisfies Partial<Record<EventType, LogMethod>>;

/** An event type as a method of the logger. */
export type EventMethod = keyof typeof EVENT_METHODS;
