import { TelltaleError } from '../errors.ts';
import { inTime } from '../integration/in-time.ts';
import type { AnyInstrument } from '../registry/instruments.ts';

/** Prometheus gives up a scrape after ten seconds; what takes half of that is left out of it. */
const PATIENCE_MS = 5_000;

/**
 * Lets all instruments collect at the same time, since each may ask a server. The answer for an instrument is whether
 * it has its values; one that fails, or is not done in five seconds, is reported and left out.
 */
export function collectAll(
  instruments: readonly AnyInstrument[],
  reportError: (error: unknown) => void,
): ReadonlyMap<AnyInstrument, Promise<boolean>> {
  return new Map(
    instruments
      .filter(({ collect }) => collect !== undefined)
      .map((instrument) => [
        instrument,
        collectInTime('exposition', instrument.name, () => instrument.collect!()).then(
          () => true,
          (error) => {
            reportError(error);
            return false;
          },
        ),
      ]),
  );
}

/**
 * Has a metric collect its values, for which it has five seconds.
 *
 * @throws {TelltaleError} when these are over; and what `collect` throws.
 */
export async function collectInTime<T>(component: string, name: string, collect: () => T | Promise<T>): Promise<T> {
  return inTime(collect(), PATIENCE_MS, () => {
    throw new TelltaleError(component, `The metric ${name} did not collect its values in ${PATIENCE_MS} ms.`);
  });
}
