import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';

/** A server of the test's own, which ends with the process at the latest. */
export interface OwnServer {
  /** Ends it and deletes its folder. */
  stop(): Promise<void>;
  /** Ends it as a crash would, and leaves its folder. */
  kill(): Promise<void>;
  /** Starts it again over its folder, after killing it if it still runs. */
  restart(): Promise<void>;
}

/** How a server is started and ended. */
interface Running {
  /** What a failure to start calls it. */
  readonly name: string;
  /** Deleted with the server. */
  readonly folder: string;
  readonly spawn: () => ChildProcess;
  /** Settles when the server answers; `said` is what it wrote so far, to what is a pipe. */
  readonly ready: (child: ChildProcess, said: () => string) => Promise<void>;
  /** By what it is ended. @default 'SIGKILL' */
  readonly signal?: NodeJS.Signals;
}

/** What it said last is kept for an error message. */
const SAID = 4_000;

/** Starts a server. @throws {Error} where it does not start, with what it said; nothing of it is left then. */
export async function startOwnServer({ name, folder, spawn, ready, signal = 'SIGKILL' }: Running): Promise<OwnServer> {
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = (child = spawn());
    let said = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-SAID);
      });
    }
    try {
      await Promise.race([ready(started, () => said), ended(started)]);
    } catch (cause) {
      throw new Error(`[servers] ${name} did not start: ${said}`, { cause });
    }
  };
  const kill = () => end(child, signal);
  const endWithUs = (): void => void child?.kill(signal);
  process.once('exit', endWithUs);
  const stop = async (): Promise<void> => {
    await kill();
    process.off('exit', endWithUs);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
  };
}

/** Ends a process, unless it is over or never began, and waits for that. */
export async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Rejects when a process ends or cannot be started. */
function ended(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`It ended with ${signal ?? `exit code ${code}`}.`)));
  });
}
