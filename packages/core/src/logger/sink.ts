import { onExit } from 'signal-exit';
import sonicBoom, { type SonicBoom, type SonicBoomOpts } from 'sonic-boom';
import { ConfigError } from '../errors.ts';

/** Where finished lines go. */
export interface LineSink {
  write(line: string): void;
  /** Writes what waits. */
  flush(): void;
  /** Writes what waits and lets the file go. What is written later to a descriptor is still written, line by line. */
  close(): void;
}

/** Lines wait for each other up to this many bytes, or … */
const BATCH_BYTES = 8_192;
/** … this many milliseconds. */
const BATCH_MS = 10;
/** While the destination takes nothing (a full disk, a reader that stands still), this much is kept … */
const BACKLOG_BYTES = 4_194_304;
/** … and tried again after so many milliseconds. */
const RETRY_MS = 100;
/** At the end of the process a reader that stands still is waited for, so many times a tenth of a second. */
const LAST_TRIES = 20;

/**
 * Writes lines to a file descriptor or a file, in batches and synchronously, so that nothing is left unwritten
 * when the process ends, by itself or by a signal. Never throws once it is made; a line for which there is no room
 * is dropped, and `onDrop` called with how many are.
 *
 * @throws {ConfigError} if the file cannot be opened.
 */
export function createSink(destination: number | string, onDrop: (lines: number) => void): LineSink {
  const target =
    typeof destination === 'number' ? { fd: destination } : { dest: destination, append: true, mkdir: true };
  // Lines are put together here: the stream looks at all that it holds each time it is given more.
  let batch = '';
  let lines = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let triesLeft = 0;

  const stream = open({
    ...target,
    sync: true,
    minLength: BATCH_BYTES,
    maxLength: BACKLOG_BYTES,
    // The stream would wait for a slow reader by holding up the event loop.
    retryEAGAIN: () => triesLeft-- > 0,
  });
  stream.on('drop', () => onDrop(lines));
  // What could not be written is kept.
  stream.on('error', () => flushIn(RETRY_MS));

  function flushIn(milliseconds: number): void {
    timer ??= setTimeout(flush, milliseconds).unref();
  }
  function handOver(): void {
    if (lines > 0 && !attempt(() => stream.write(batch))) onDrop(lines);
    batch = '';
    lines = 0;
  }
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    handOver();
    attempt(() => stream.flush());
  }
  function flushAll(): void {
    triesLeft = LAST_TRIES;
    handOver();
    attempt(() => stream.flushSync());
    triesLeft = 0;
  }
  const removeExitHook = onExit(flushAll);

  return {
    write(line) {
      batch += line;
      lines++;
      if (closed) flush();
      else if (batch.length >= BATCH_BYTES) handOver();
      else if (timer === undefined) flushIn(BATCH_MS);
    },
    flush,
    close() {
      closed = true;
      clearTimeout(timer);
      flushAll();
      removeExitHook();
      if (typeof destination === 'string') attempt(() => stream.end());
    },
  };
}

function open(options: SonicBoomOpts): SonicBoom {
  try {
    return new sonicBoom.SonicBoom(options);
  } catch (error) {
    const name = 'logDestination';
    throw new ConfigError([{ name, value: String(options.dest ?? options.fd), allowed: (error as Error).message }]);
  }
}

function attempt(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
