import { TelltaleError } from '../errors.ts';
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
        inTime(instrument).then(
          () => true,
          (error) => {
            reportError(error);
            return false;
          },
        ),
      ]),
  );
}

async function inTime({ name, collect }: AnyInstrument): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TelltaleError('exposition', `The metric ${name} did not collect its values in ${PATIENCE_MS} ms.`));
    }, PATIENCE_MS).unref();
  });
  try {
    await Promise.race([collect!(), late]);
  } finally {
    clearTimeout(timer);
  }
}
