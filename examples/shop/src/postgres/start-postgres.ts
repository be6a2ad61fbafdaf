import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { KeeperMessage } from './keeper.ts';

/** A Postgres of our own, on a free port, with its data in a temporary folder. */
export interface PostgresServer {
  readonly url: string;
  /** Where everything of it lies; gone once it has stopped. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Starts the Postgres that npm installed, in about two seconds. It ends with `stop`, and also when this process ends
 * without having called it.
 *
 * @throws {Error} when there is none for this machine, or it does not start; the message says why.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const keeper = fork(new URL('./keeper.ts', import.meta.url), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const message = await firstMessage(keeper);
  if ('error' in message) throw new Error(message.error);
  keeper.unref();
  keeper.channel?.unref();
  return { ...message, stop: () => stop(keeper) };
}

async function firstMessage(keeper: ChildProcess): Promise<KeeperMessage> {
  const message = once(keeper, 'message').then(([first]) => first as KeeperMessage);
  const exit = once(keeper, 'exit').then(([code]) => ({ error: `The keeper of Postgres ended with ${code}.` }));
  return Promise.race([message, exit]);
}

async function stop(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  const gone = once(keeper, 'exit');
  keeper.ref();
  if (keeper.connected) keeper.disconnect();
  await gone;
}
