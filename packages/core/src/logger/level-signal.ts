import type { Logger } from './logger.ts';

/** The signals that can be had for changing the level. */
export const LEVEL_SIGNALS = ['SIGUSR2', 'SIGHUP'] as const;

/** A signal that changes the level. */
export type LevelSignal = (typeof LEVEL_SIGNALS)[number];

/**
 * Has a signal set the logger's level to DEBUG and, when it comes again, back to what it was. It then no longer ends the
 * process. Returns a function that takes this back.
 */
export function toggleLevelBy(signal: LevelSignal, logger: Logger): () => void {
  let before: string | undefined;
  const toggle = (): void => {
    if (before === undefined || logger.level !== 'debug') {
      before = logger.level;
      logger.level = 'debug';
      logger.system('The log level is DEBUG from here on', { signal });
    } else {
      logger.system(`The log level is ${before.toUpperCase()} from here on`, { signal });
      logger.level = before;
      before = undefined;
    }
  };
  process.on(signal, toggle);
  return () => process.off(signal, toggle);
}
