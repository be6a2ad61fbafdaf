import { type AnyMethod, currentContext, isUnobserved, replaceMethod } from '@telltale/core';
import type { ServerReading } from './cache-readings.ts';
import type { CommandObservation } from './command-observation.ts';
import type { CommandObserver } from './observe-commands.ts';
import { readInfo } from './server-info.ts';
import { Transaction } from './transaction.ts';

/** The parts of a node-redis client that Telltale uses. */
export interface NodeRedisLike {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  readonly isPubSubActive?: boolean;
  readonly options?: { readonly database?: number; readonly keyPrefix?: string };
  sendCommand(args: readonly unknown[], ...rest: unknown[]): Promise<unknown>;
}

type Queued = readonly { readonly args: readonly unknown[] }[];

/** Whether it is a client of node-redis 5 or 6, as `createClient` makes it. */
export function isNodeRedis(client: object): client is NodeRedisLike {
  const { sendCommand, _executeMulti, _execute, isOpen, on } = client as Record<string, unknown>;
  return (
    typeof sendCommand === 'function' &&
    typeof _executeMulti === 'function' &&
    // That of a Sentinel client.
    _execute === undefined &&
    typeof isOpen === 'boolean' &&
    typeof on === 'function'
  );
}

/**
 * What the views that `withTypeMapping` and the like give of a client all stand on, and so the one place where what
 * goes through any of them can be seen.
 */
export function underlying<T extends object>(client: T): T {
  return (client as { readonly _self?: T })._self ?? client;
}

/**
 * Observes the commands of one client, where `sendCommand` takes them one by one and where transactions and pipelines
 * take several. What is returned is a promise of the same outcome, so that a rejection that nobody handles stays one.
 */
export class NodeRedisIntegration {
  readonly #client: NodeRedisLike;
  readonly #observer: CommandObserver;
  readonly #restore: (() => void)[] = [];
  #send!: AnyMethod;
  #waiting = 0;

  constructor(client: NodeRedisLike, observer: CommandObserver) {
    const self = underlying(client);
    this.#client = self;
    this.#observer = observer;
    const integration = this;
    this.#restore.push(
      replaceMethod(self, 'sendCommand', (send) => {
        this.#send = send;
        return function (args: readonly unknown[], ...rest: unknown[]) {
          const observation = isUnobserved() ? undefined : integration.#begin(args);
          const sent: unknown = send.call(this, args, ...rest);
          return observation === undefined ? sent : integration.#watch(observation, sent);
        };
      }),
      replaceMethod(
        self,
        '_executeMulti',
        (execute) =>
          function (commands: Queued, ...rest: unknown[]) {
            const end = integration.#beginTransaction(commands);
            return settle(execute.call(this, commands, ...rest), end.succeed, end.fail);
          },
      ),
      replaceMethod(
        self,
        '_executePipeline',
        (execute) =>
          function (commands: Queued, ...rest: unknown[]) {
            const observations = commands.map(({ args }) => integration.#begin(args));
            return settle(
              execute.call(this, commands, ...rest),
              (replies) => {
                for (const [i, each] of observations.entries()) each?.succeed((replies as unknown[])[i]);
              },
              (error) => integration.#pipelineFailed(observations, error),
            );
          },
      ),
    );
    // Listeners would do harm: a client and its views share them, and each counts for itself how many there are, so
    // that taking one away can take them all.
    this.#restore.push(
      replaceMethod(
        self,
        'emit',
        (emit) =>
          function (event: unknown, ...rest: unknown[]) {
            if (event === 'error') observer.failed(rest[0]);
            else if (event === 'reconnecting') observer.reconnecting();
            return emit.call(this, event, ...rest);
          },
      ),
    );
  }

  get connected(): boolean {
    return this.#client.isReady;
  }

  /** Gives the client back as it was. Commands under way end as they would have. */
  dispose(): void {
    for (const restore of this.#restore) restore();
  }

  /** What the server says of itself. */
  ask(): Promise<ServerReading | undefined> | undefined {
    if (!this.connected || this.#client.isPubSubActive || this.#waiting > 0) return undefined;
    const database = this.#client.options?.database ?? 0;
    return (this.#send.call(this.#client, ['INFO']) as Promise<unknown>).then((info) =>
      readInfo(String(info), database),
    );
  }

  #begin(args: readonly unknown[]): CommandObservation | undefined {
    return this.#observer.begin(args?.[0], args, 1, currentContext());
  }

  #watch(observation: CommandObservation, sent: unknown): unknown {
    if (observation.waits) this.#waiting++;
    const over = (): void => {
      if (observation.waits) this.#waiting--;
    };
    return settle(
      sent,
      (reply) => {
        over();
        observation.succeed(reply);
      },
      (error) => {
        over();
        observation.fail(error);
      },
    );
  }

  #beginTransaction(commands: Queued) {
    const multi = this.#begin(['MULTI']);
    const exec = this.#begin(['EXEC']);
    const transaction = new Transaction();
    for (const { args } of commands) transaction.add(this.#begin(args));
    const end = (): void => {
      if (transaction.ignored) return;
      multi?.succeed('OK');
      exec?.succeed(undefined);
    };
    return {
      succeed: (replies: unknown): void => {
        transaction.executed(replies);
        end();
      },
      fail: (error: unknown): void => {
        transaction.aborted();
        // A watched key had changed: nothing failed, and nothing was done.
        if ((error as Error | undefined)?.constructor?.name === 'WatchError') end();
        else if (!transaction.ignored) {
          multi?.succeed('OK');
          exec?.fail(error);
        }
      },
    };
  }

  /** The client tells of the first failure only, and of no reply beside it. */
  #pipelineFailed(observations: readonly (CommandObservation | undefined)[], error: unknown): void {
    if (observations.every((each) => each === undefined)) return;
    this.#observer.failed(error);
    for (const each of observations) each?.abort();
  }
}

/** A promise of the same outcome; the listeners do not throw. */
function settle(result: unknown, resolved: (value: unknown) => void, rejected: (error: unknown) => void): unknown {
  return (result as Promise<unknown>).then(
    (value) => {
      resolved(value);
      return value;
    },
    (error) => {
      rejected(error);
      throw error;
    },
  );
}
