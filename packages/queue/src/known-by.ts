import { TelltaleError } from '@telltale/core';

/** What BullMQ's classes are known by. */
const METHODS = {
  Worker: ['callProcessJob', 'isRunning', 'isPaused'],
  Queue: ['addBulk', 'getJobCounts', 'upsertJobScheduler'],
  FlowProducer: ['addBulk', 'getFlow'],
} as const;

type BullMQClass = keyof typeof METHODS;

/** Whether a thing is of a class of BullMQ 5 or 6. */
export function isA(name: BullMQClass, thing: unknown): boolean {
  if (typeof thing !== 'object' || thing === null) return false;
  return METHODS[name].every((method) => typeof (thing as Record<string, unknown>)[method] === 'function');
}

/** @throws {TelltaleError} for anything else. */
export function mustBeA(name: BullMQClass, thing: unknown, verb: string): void {
  if (isA(name, thing)) return;
  throw new TelltaleError(
    'queue',
    `${verb} was given something that it does not know. It takes a ${name} of BullMQ 5 or 6; monitorBullMQ takes any of Worker, Queue and FlowProducer.`,
  );
}
