import { resolveConfig } from '@telltale/core';
import type { Connected, QueueLike, TelemetryLike } from './bullmq-like.ts';
import { instrumentOnce } from './instrument-once.ts';
import { mustBeA } from './known-by.ts';
import { AddObserver } from './observe-adds.ts';
import { type MonitorQueueOptions, queueOptions } from './options.ts';
import { carryingTelemetry } from './telemetry.ts';

interface QueueInside extends Connected {
  readonly opts: { telemetry?: TelemetryLike | undefined };
  /** BullMQ makes it when a scheduler is first used, with a copy of the options. */
  readonly _jobScheduler?: { readonly opts: { telemetry?: TelemetryLike | undefined } };
}

/**
 * Counts what is added to a BullMQ queue (5 or 6, on any backend) and gives every job the correlation ID, trace and
 * origin of the request or job that adds it, by BullMQ's own telemetry option; a job's data are not touched. One
 * process for each queue exposes its depth and the age of its oldest waiting job. Returns the same object.
 *
 * @throws {ConfigError} for an option that is not known or cannot be used.
 * @throws {TelltaleError} for anything but that.
 *
 * @example
 * const emails = monitorQueue(new Queue('emails', { connection }));
 */
export function monitorQueue<Q extends QueueLike>(queue: Q, options: MonitorQueueOptions = {}): Q {
  const config = resolveConfig(queueOptions, options, {});
  mustBeA('Queue', queue, 'monitorQueue');
  return instrumentOnce(queue, config.monitor, (domain, undo) => {
    const { monitor } = domain;
    const inside = queue as unknown as QueueInside;
    const observer = new AddObserver(domain, inside.name, inside.qualifiedName);
    setTelemetry(inside.opts, (theirs) => carryingTelemetry(monitor, theirs, observer), undo);
    if (inside._jobScheduler !== undefined && inside._jobScheduler.opts !== inside.opts) {
      setTelemetry(inside._jobScheduler.opts, (theirs) => carryingTelemetry(monitor, theirs, observer), undo);
    }
    if (config.depth) undo(domain.depths.add(inside, domain.queueLabel(inside.name, inside.qualifiedName)));
  });
}

/** Puts a telemetry in the place of the one that is there, until it is undone. */
export function setTelemetry(
  holder: { telemetry?: TelemetryLike | undefined },
  make: (theirs: TelemetryLike | undefined) => TelemetryLike,
  undo: (putBack: () => void) => void,
): void {
  const had = 'telemetry' in holder;
  const before = holder.telemetry;
  const ours = make(before);
  holder.telemetry = ours;
  undo(() => {
    if (holder.telemetry !== ours) return;
    if (had) holder.telemetry = before;
    else delete holder.telemetry;
  });
}
