import type { Context, CounterSeries, HistogramSeries, Monitor } from '@telltale/core';
import { type CacheInstruments, cacheInstruments } from './cache-instruments.ts';
import type { CacheResult } from './cache-operation.ts';
import { CommandObservation } from './command-observation.ts';
import { KeyGroups, keyText } from './key-groups.ts';
import type { RedisConfig } from './options.ts';
import { OTHER_COMMAND, type RedisCommand, redisCommand } from './redis-commands.ts';
import { redisErrorCode } from './redis-error-code.ts';
import { Stampedes } from './stampedes.ts';

/** One command's figures for one cache. */
export class CommandFigures {
  readonly command: RedisCommand;
  readonly duration: HistogramSeries;
  readonly #results: Partial<Record<CacheResult, CounterSeries>> = {};
  readonly #cache: string;
  readonly #instruments: CacheInstruments;

  constructor(command: RedisCommand, cache: string, instruments: CacheInstruments) {
    this.command = command;
    this.duration = instruments.duration.labels(cache, command.name);
    this.#cache = cache;
    this.#instruments = instruments;
  }

  count(result: CacheResult): void {
    (this.#results[result] ??= this.#instruments.operations.labels(this.#cache, this.command.name, result)).inc();
  }
}

/** Observes the commands of one Redis client, or of the clients of one pool or cluster. */
export class CommandObserver {
  readonly monitor: Monitor;
  readonly cache: string;
  readonly config: RedisConfig;
  readonly instruments: CacheInstruments;
  readonly groups: KeyGroups;
  readonly stampedes: Stampedes;
  readonly #figures = new Map<string, CommandFigures>();
  #other: CommandFigures | undefined;
  readonly #ignored: readonly string[];

  constructor(monitor: Monitor, config: RedisConfig, clientPrefix: string | undefined) {
    this.monitor = monitor;
    this.config = config;
    this.cache = config.name ?? 'redis';
    this.instruments = cacheInstruments(monitor);
    this.groups = new KeyGroups(monitor, this.cache, this.instruments, config, clientPrefix);
    this.stampedes = new Stampedes(monitor, this.cache, this.instruments, config);
    this.#ignored = config.ignorePrefixes.map((prefix) => `${prefix}:`);
  }

  /**
   * Begins to observe a command whose arguments start at `from`. `undefined` where its key says that it is to be left
   * out. Never throws.
   */
  begin(
    name: unknown,
    args: readonly unknown[],
    from: number,
    context: Context | undefined,
  ): CommandObservation | undefined {
    try {
      const figures = this.figuresOf(name);
      const { keyAt } = figures.command;
      const key = keyAt < 0 || (keyAt === 2 && String(args[from + 1]) === '0') ? undefined : args[from + keyAt];
      if (key !== undefined && this.#ignored.length > 0 && this.#isIgnored(key)) return undefined;
      return new CommandObservation(this, figures, key, args, from, context);
    } catch (error) {
      this.monitor.errors.report('cache', error);
      return undefined;
    }
  }

  figuresOf(name: unknown): CommandFigures {
    const text = typeof name === 'string' ? name : String(name);
    const known = this.#figures.get(text);
    if (known !== undefined) return known;
    const command = redisCommand(text);
    if (command === OTHER_COMMAND) {
      return (this.#other ??= new CommandFigures(OTHER_COMMAND, this.cache, this.instruments));
    }
    const figures = this.#figures.get(command.name) ?? new CommandFigures(command, this.cache, this.instruments);
    this.#figures.set(command.name, figures);
    // Whoever writes it in upper case does so every time; other spellings are not worth their memory.
    if (text === text.toUpperCase()) this.#figures.set(text, figures);
    return figures;
  }

  /** Counts a failure, of a command or of the connection itself. */
  failed(error: unknown): void {
    this.monitor.errors.guard(
      'cache',
      () => this.instruments.errors.labels(this.cache, redisErrorCode(error)).inc(),
      undefined,
    );
  }

  /** Counts an attempt to connect again. */
  reconnecting(): void {
    this.instruments.reconnects.labels(this.cache).inc();
  }

  #isIgnored(key: unknown): boolean {
    const text = typeof key === 'string' ? key : keyText(key);
    if (text === undefined) return false;
    for (const prefix of this.#ignored) if (text.startsWith(prefix)) return true;
    return false;
  }
}
