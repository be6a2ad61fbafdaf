import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { onExit } from 'signal-exit';
import { ConfigError } from '../errors.ts';

/** Where finished lines go. */
export interface LineSink {
  write(line: string): void;
  /** Writes what waits. */
  flush(): void;
  /** Writes what waits and lets the file go. What is written later to a descriptor is still written, line by line. */
  close(): void;
}

/** What a sink tells of the lines that it could not write. */
export interface SinkEvents {
  /** So many lines are lost: there was no room for them. */
  readonly onDrop: (lines: number) => void;
  /** The destination has taken all that was kept for it, after so many lines were lost. */
  readonly onRecovery?: (lostLines: number) => void;
}

/** Lines wait for each other up to this many characters, or … */
const BATCH_LENGTH = 16_384;
/** … this many milliseconds. */
const BATCH_MS = 10;
/** While the destination takes nothing (a full disk, a reader that stands still), this much is kept … */
const BACKLOG_BYTES = 4_194_304;
/** … and tried again with the next batch, or after so many milliseconds. */
const RETRY_MS = 100;
/** At the end a reader that stands still is waited for, as long as it takes something now and then: so many times … */
const LAST_TRIES = 100;
/** … so many milliseconds. */
const LAST_TRY_MS = 20;

const NOTHING = Buffer.alloc(0);

/**
 * Writes lines to a file descriptor or a file, in batches of whole lines and synchronously, so that nothing is left
 * unwritten when the process ends, by itself or by a signal. A reader that stands still does not hold up the
 * process, except at its end for two seconds. Never throws once it is made.
 *
 * @throws {ConfigError} if the file cannot be opened.
 */
export function createSink(destination: number | string, { onDrop, onRecovery }: SinkEvents): LineSink {
  const descriptor = open(destination);
  let batch = '';
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const backlog: Buffer[] = [];
  let backlogBytes = 0;
  let failure: unknown;
  let lost = 0;

  function flushIn(milliseconds: number): void {
    timer ??= setTimeout(flush, milliseconds).unref();
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    handOver();
  }

  /** Puts the batch behind what is kept already, and writes as much of it all as is taken. */
  function handOver(): void {
    const bytes = backlog.length === 0 ? writeText(batch) : Buffer.from(batch);
    batch = '';
    const hasRoom = (): boolean => backlogBytes === 0 || backlogBytes + bytes.length <= BACKLOG_BYTES;
    if (!hasRoom()) drain();
    if (!hasRoom()) drop(bytes);
    else if (bytes.length > 0) {
      backlog.push(bytes);
      backlogBytes += bytes.length;
    }
    drain();
  }

  /** Writes a batch and returns what was not taken. A text: the memory of a Buffer would cost more than the write. */
  function writeText(text: string): Buffer {
    if (text === '') return NOTHING;
    try {
      const written = writeSync(descriptor, text);
      return written === Buffer.byteLength(text) ? NOTHING : Buffer.from(text).subarray(written);
    } catch {
      return Buffer.from(text);
    }
  }

  function drain(): void {
    try {
      for (let first = backlog[0]; first !== undefined; first = backlog[0]) {
        const written = writeSync(descriptor, first);
        backlogBytes -= written;
        if (written < first.length) backlog[0] = first.subarray(written);
        else backlog.shift();
      }
      failure = undefined;
    } catch (error) {
      failure = error;
      flushIn(RETRY_MS);
      return;
    }
    if (lost > 0) {
      const lines = lost;
      lost = 0;
      onRecovery?.(lines);
    }
  }

  function drop(bytes: Buffer): void {
    const lines = countLines(bytes);
    lost += lines;
    if (lines > 0) onDrop(lines);
  }

  function writeLast(): void {
    for (let tries = LAST_TRIES; tries > 0; tries--) {
      const before = backlogBytes + batch.length;
      handOver();
      if (backlogBytes === 0 && batch === '') return;
      if (backlogBytes === 0) continue;
      if (!isFull(failure)) break;
      if (backlogBytes < before) tries = LAST_TRIES;
      pause(LAST_TRY_MS);
    }
    for (const bytes of backlog.splice(0)) drop(bytes);
    backlogBytes = 0;
  }
  const removeExitHook = onExit(writeLast);

  return {
    write(line) {
      batch += line;
      if (closed && typeof destination === 'string') {
        drop(Buffer.from(batch));
        batch = '';
      } else if (closed) flush();
      else if (batch.length >= BATCH_LENGTH) handOver();
      else if (timer === undefined) flushIn(BATCH_MS);
    },
    flush,
    close() {
      if (closed) return;
      writeLast();
      closed = true;
      clearTimeout(timer);
      timer = undefined;
      removeExitHook();
      if (typeof destination === 'string') closeSync(descriptor);
    },
  };
}

/** An open descriptor, of which writing does not wait for a reader. */
function open(destination: number | string): number {
  if (typeof destination === 'number') {
    if (isPipe(destination)) {
      // Node puts a pipe into non-blocking mode when it makes its own stream of it, and offers no other way.
      if (destination === 1) void process.stdout;
      if (destination === 2) void process.stderr;
    }
    return destination;
  }
  try {
    mkdirSync(dirname(destination), { recursive: true });
    const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK } = constants;
    // Windows has no O_NONBLOCK. Of a plain file it changes nothing.
    return openSync(destination, O_WRONLY | O_CREAT | O_APPEND | (O_NONBLOCK ?? 0));
  } catch (error) {
    throw new ConfigError([{ name: 'logDestination', value: destination, allowed: (error as Error).message }]);
  }
}

function isPipe(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}

/** Whether writing failed only for now, because the reader has not taken what was written before. */
function isFull(failure: unknown): boolean {
  return (failure as NodeJS.ErrnoException | undefined)?.code === 'EAGAIN';
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
