import type { Logger } from '../logger/logger.ts';

/**
 * Whether the logger's own level lets debug lines through: asked before such a line is made. A transport with a lower
 * level of its own does not count.
 */
export function writesDebug({ levels, level }: Logger): boolean {
  return levels[level]! >= levels.debug!;
}

/** Milliseconds as a log line shows them, with two decimals. */
export function shownMs(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
