import type { Clock } from '../clock.ts';
import { watchCall } from '../tracking/watch-call.ts';
import type { Logger } from './logger.ts';

/**
 * Does a piece of work and says how long it took, as a performance event with `duration_ms`: INFO, or WARNING with the
 * error where it failed. What the work returns or throws is returned or thrown; a promise is timed until it settles.
 *
 * @example
 * const rows = await logger.withTiming('Import done', () => importFile(file), { file });
 */
export type WithTiming = <R>(message: string, work: () => R, fields?: object) => R;

/** What `logger.withTiming` does. The logger may be a child. */
export function withTiming<R>(logger: Logger, clock: Clock, [message, work, fields = {}]: Parameters<WithTiming>): R {
  const started = readClock(clock);
  return watchCall(work as () => R, (end) => {
    const duration_ms = Math.round((readClock(clock) - started) * 100) / 100;
    if (!end.failed) logger.performance(message, fields, { duration_ms });
    else logger.warning(message, fields, { event_type: 'performance', duration_ms, error: end.error });
  });
}

/** Work must be done though the clock fails. */
function readClock(clock: Clock): number {
  try {
    return clock.monotonic();
  } catch {
    return Number.NaN;
  }
}
