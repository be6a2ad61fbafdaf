import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the shop beside the service, which ends when this one does. */
export interface Child {
  /** The first message that it sent. */
  readonly said: unknown;
  stop(): Promise<void>;
}

/**
 * Starts a process, hands it its options and waits for its first message.
 *
 * @throws {Error} when it ends before.
 */
export async function startChild(file: URL, options: object): Promise<Child> {
  const child = fork(file, { execArgv: [] });
  // Not as an argument: everybody on the machine can read those, and a password may be among the options.
  child.send(options);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file.pathname.split('/').slice(-2).join('/')} ended with ${code} before it was up.`);
  });
  ended.catch(() => {});
  const [said] = await Promise.race([once(child, 'message'), ended]);
  return {
    said,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

/** In the process that was started: the options that it was handed. */
export async function receiveOptions<T>(): Promise<T> {
  const [options] = await once(process, 'message');
  return options;
}
