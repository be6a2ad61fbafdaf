import { type EventEmitter, errorMonitor } from 'node:events';
import { type Context, currentContext, isUnobserved, replaceMethod, unobserved } from '@telltale/core';
import type { ServerReading } from './cache-readings.ts';
import type { CommandObservation } from './command-observation.ts';
import type { CommandObserver } from './observe-commands.ts';
import { readInfo, sumReadings } from './server-info.ts';
import { Transaction } from './transaction.ts';

/** The parts of an ioredis `Redis` or `Cluster` that Telltale uses. */
export interface IoredisLike extends EventEmitter {
  readonly isCluster: boolean;
  readonly status: string;
  readonly mode?: string;
  readonly options: {
    readonly keyPrefix?: string;
    readonly enableAutoPipelining?: boolean;
    readonly db?: number;
  };
  readonly condition?: { readonly select?: number } | null;
  sendCommand(command: IoredisCommand, ...rest: unknown[]): unknown;
  pipeline(...args: unknown[]): object;
  info(): Promise<string>;
  nodes?(role: 'master'): readonly IoredisLike[];
}

interface IoredisCommand {
  readonly name: string;
  readonly args: readonly unknown[];
  resolve(value: unknown): unknown;
  reject(error: unknown): unknown;
  [OBSERVATION]?: CommandObservation;
  [CALLER]?: Context | null;
  [OUR_OWN]?: true;
}

const OBSERVATION: unique symbol = Symbol('observation');
/** Who put a command into a pipeline that others fill too. */
const CALLER: unique symbol = Symbol('caller');
/** What Telltale itself asks; it may be sent later than it was asked, or again. */
const OUR_OWN: unique symbol = Symbol('our own');

/** What ioredis sends of its own accord when it connects. */
const HANDSHAKE = new Set(['auth', 'hello', 'select', 'client', 'readonly', 'info']);

/** Whether it is a client of ioredis 5 or 6. */
export function isIoredis(client: object): client is IoredisLike {
  const { sendCommand, defineCommand, on, isCluster, options, status } = client as Record<string, unknown>;
  return (
    typeof sendCommand === 'function' &&
    typeof defineCommand === 'function' &&
    typeof isCluster === 'boolean' &&
    typeof status === 'string' &&
    typeof options === 'object' &&
    typeof on === 'function'
  );
}

/**
 * Observes every command that goes through the client's `sendCommand`, as all of them do: single, in a pipeline or
 * transaction, from a script, a stream. A command's own `resolve` and `reject` tell how it ended; its promise is never
 * touched, for listening to it would make a rejection that nobody handles look handled.
 */
export class IoredisIntegration {
  readonly #client: IoredisLike;
  readonly #observer: CommandObserver;
  readonly #restore: (() => void)[] = [];
  #transaction: Transaction | undefined;
  #waiting = 0;

  constructor(client: IoredisLike, observer: CommandObserver) {
    this.#client = client;
    this.#observer = observer;
    const integration = this;
    this.#restore.push(
      replaceMethod(
        client,
        'sendCommand',
        (send) =>
          function (command: IoredisCommand) {
            try {
              integration.#watch(command);
            } catch (error) {
              observer.monitor.errors.report('cache', error);
            }
            // biome-ignore lint/complexity/noArguments: handed on as they came, whatever the version
            return send.apply(this, arguments as never);
          },
      ),
    );
    if (client.options.enableAutoPipelining) this.#watchPipelines();
    this.#listen(errorMonitor, (error) => observer.failed(error));
    this.#listen('reconnecting', () => observer.reconnecting());
    this.#listen('close', () => this.#abandonTransaction());
  }

  get connected(): boolean {
    return this.#client.status === 'ready';
  }

  /** Gives the client back as it was. Commands under way end as they would have. */
  dispose(): void {
    for (const restore of this.#restore) restore();
  }

  /** What the server, or each master that is connected, says of itself. */
  ask(): Promise<ServerReading | undefined> | undefined {
    const client = this.#client;
    if (!this.connected || this.#transaction !== undefined || this.#waiting > 0) return undefined;
    if (client.isCluster) {
      const nodes = client.nodes?.('master').filter(({ status }) => status === 'ready') ?? [];
      return Promise.all(nodes.map((node) => node.info().then((info) => readInfo(info, 0)))).then(sumReadings);
    }
    if (client.mode !== 'normal') return undefined;
    const database = client.condition?.select ?? client.options.db ?? 0;
    return unobserved(() => client.info()).then((info) => readInfo(info, database));
  }

  #listen(event: string | symbol, listener: (argument: unknown) => void): void {
    this.#client.on(event, listener);
    this.#restore.push(() => this.#client.off(event, listener));
  }

  /** Many callers fill one pipeline, which then runs in the context of the first. */
  #watchPipelines(): void {
    this.#restore.push(
      replaceMethod(
        this.#client,
        'pipeline',
        (makePipeline) =>
          function (...args: unknown[]) {
            const pipeline = makePipeline.apply(this, args);
            replaceMethod(
              pipeline,
              'sendCommand',
              (send) =>
                function (command: IoredisCommand) {
                  command[CALLER] = currentContext() ?? null;
                  if (isUnobserved()) command[OUR_OWN] = true;
                  return send.call(this, command);
                },
            );
            return pipeline;
          },
      ),
    );
  }

  #watch(command: IoredisCommand): void {
    // A command that waited for a connection is sent again; one that was redirected as part of a pipeline is a new one.
    if (command[OBSERVATION]?.ended === false) return;
    if (isUnobserved()) command[OUR_OWN] = true;
    const { name } = command;
    if (this.#client.status !== 'ready' && HANDSHAKE.has(name) && !this.#client.isCluster) return;
    const caller = command[CALLER];
    const context = caller === undefined ? currentContext() : (caller ?? undefined);
    const observation = command[OUR_OWN] ? undefined : this.#observer.begin(name, command.args, 0, context);
    if (name === 'multi' || this.#transaction !== undefined) this.#watchTransaction(command, observation);
    else if (observation !== undefined) {
      command[OBSERVATION] = observation;
      if (observation.waits) this.#watchWaiting(command, observation);
      else {
        onEnd(
          command,
          (reply) => observation.succeed(reply, command.name),
          (error) => observation.fail(error, command.name),
        );
      }
    }
  }

  #watchWaiting(command: IoredisCommand, observation: CommandObservation): void {
    this.#waiting++;
    const over = (): void => {
      if (!observation.ended) this.#waiting--;
    };
    onEnd(
      command,
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

  #watchTransaction(command: IoredisCommand, observation: CommandObservation | undefined): void {
    if (observation !== undefined) command[OBSERVATION] = observation;
    const { name } = command;
    if (name === 'multi') {
      const begun = (this.#transaction = new Transaction());
      onEnd(
        command,
        (reply) => !begun.ignored && observation?.succeed(reply),
        (error) => observation?.fail(error),
      );
      return;
    }
    const transaction = this.#transaction!;
    if (name !== 'exec' && name !== 'discard') {
      transaction.add(observation);
      // `QUEUED` says nothing yet; a refusal does.
      onEnd(command, undefined, (error) => observation?.fail(error));
      return;
    }
    this.#transaction = undefined;
    onEnd(
      command,
      (reply) => {
        if (name === 'exec') transaction.executed(reply);
        else transaction.aborted();
        if (!transaction.ignored) observation?.succeed(reply);
      },
      (error) => {
        transaction.aborted();
        observation?.fail(error);
      },
    );
  }

  #abandonTransaction(): void {
    this.#transaction?.aborted();
    this.#transaction = undefined;
  }
}

/** Both are the client's own ways to settle a command; what they return and throw stays theirs. */
function onEnd(
  command: IoredisCommand,
  resolved: ((reply: unknown) => unknown) | undefined,
  rejected: (error: unknown) => unknown,
): void {
  const { resolve, reject } = command;
  if (resolved !== undefined) {
    command.resolve = (value) => {
      resolved(value);
      return resolve.call(command, value);
    };
  }
  command.reject = (error) => {
    rejected(error);
    return reject.call(command, error);
  };
}
