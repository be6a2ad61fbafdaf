import { onExit } from 'signal-exit';
import sonicBoom from 'sonic-boom';

/** Where finished lines go. */
export interface LineSink {
  write(line: string): void;
  flush(): void;
  close(): void;
}

/** Lines wait for each other up to this many bytes, or … */
const BATCH_BYTES = 8_192;
/** … this many milliseconds. */
const BATCH_MS = 10;

/**
 * Writes lines to a file descriptor or a file, in batches and synchronously, so that nothing is left unwritten
 * when the process ends, by itself or by a signal.
 */
export function createSink(destination: number | string, onDrop: () => void): LineSink {
  const target =
    typeof destination === 'number' ? { fd: destination } : { dest: destination, append: true, mkdir: true };
  const stream = new sonicBoom.SonicBoom({ ...target, sync: true, minLength: BATCH_BYTES });
  let timer: NodeJS.Timeout | undefined;
  let broken = false;
  // EPIPE and the like: whoever read the lines is gone, and the service goes on without them.
  stream.on('error', () => {
    broken = true;
  });

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (broken) return;
    try {
      stream.flushSync();
    } catch {
      broken = true;
    }
  };
  const removeExitHook = onExit(flush);

  return {
    write(line) {
      if (broken) {
        onDrop();
        return;
      }
      try {
        stream.write(line);
      } catch {
        onDrop();
        return;
      }
      timer ??= setTimeout(flush, BATCH_MS).unref();
    },
    flush,
    close() {
      flush();
      removeExitHook();
      if (typeof destination === 'string') stream.end();
    },
  };
}
