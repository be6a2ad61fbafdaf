import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the shop beside the service, which ends when this one does. */
export interface Child {
  /** The first message that it sent. */
  readonly said: unknown;
  stop(): Promise<void>;
}

/**
 * Starts a process and waits for its first message.
 *
 * @throws {Error} when it ends before.
 */
export async function startChild(file: URL, options: object): Promise<Child> {
  const child = fork(file, [JSON.stringify(options)], { execArgv: [] });
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
