import { type Context, inContext, type Operation, shownMs } from '@telltale/core';
import { type CacheResult, endOperation, logOperation, startOperation } from './cache-operation.ts';
import { type KeyGroup, keyText } from './key-groups.ts';
import type { CommandFigures, CommandObserver } from './observe-commands.ts';

/** One command, from when it was handed to its client to when its reply is known. */
export class CommandObservation {
  ended = false;
  readonly #observer: CommandObserver;
  #figures: CommandFigures;
  readonly #key: unknown;
  /** Kept only where the keys in it are looked up one by one. */
  readonly #args: readonly unknown[] | undefined;
  readonly #from: number;
  readonly #context: Context | undefined;
  readonly #startedAt: number;
  readonly #operation: Operation | undefined;
  readonly #lookUp: number;
  #group: KeyGroup | undefined;
  #hits = 0;
  #misses = 0;

  constructor(
    observer: CommandObserver,
    figures: CommandFigures,
    key: unknown,
    args: readonly unknown[],
    from: number,
    context: Context | undefined,
  ) {
    this.#observer = observer;
    this.#figures = figures;
    this.#key = key;
    const { lookup } = figures.command;
    this.#args = lookup === 'values' || lookup === 'count' ? args : undefined;
    this.#from = from;
    this.#context = context;
    this.#lookUp = lookup === undefined ? 0 : observer.stampedes.begin();
    const { monitor } = observer;
    this.#startedAt = monitor.config.clock.monotonic();
    this.#operation = startOperation(monitor, figures.command.name, context, observer.cache, () => this.#prefix());
  }

  /** Whether it may wait on purpose. */
  get waits(): boolean {
    return this.#figures.command.waits;
  }

  /** Ends with a reply. `sentAs` is the command's name where it was changed on the way. */
  succeed(reply: unknown, sentAs?: string): void {
    if (this.ended) return;
    this.ended = true;
    try {
      if (sentAs !== undefined && sentAs !== this.#figures.command.name)
        this.#figures = this.#observer.figuresOf(sentAs);
      this.#end(this.#look(reply), undefined);
    } catch (error) {
      this.#observer.monitor.errors.report('cache', error);
    }
  }

  /** Ends with an error. */
  fail(error: unknown, sentAs?: string): void {
    if (this.ended) return;
    this.ended = true;
    try {
      if (sentAs !== undefined && sentAs !== this.#figures.command.name)
        this.#figures = this.#observer.figuresOf(sentAs);
      this.#observer.failed(error);
      this.#end('error', error);
    } catch (failure) {
      this.#observer.monitor.errors.report('cache', failure);
    }
  }

  /** Ends as part of a transaction that was not carried out. */
  abort(): void {
    if (this.ended) return;
    this.ended = true;
    this.#observer.monitor.errors.guard('cache', () => this.#end('aborted', undefined), undefined);
  }

  #end(result: CacheResult, error: unknown): void {
    const { monitor, config, cache, instruments } = this.#observer;
    const figures = this.#figures;
    const durationMs = monitor.config.clock.monotonic() - this.#startedAt;
    figures.count(result);
    figures.duration.observe(durationMs / 1000);
    const context = this.#context;
    if (context !== undefined) {
      context.addFigure('cache_operations', 1);
      if (this.#hits > 0) context.addFigure('cache_hits', this.#hits);
      if (this.#misses > 0) context.addFigure('cache_misses', this.#misses);
    }
    if (config.slowCommandMs > 0 && durationMs >= config.slowCommandMs && !figures.command.waits) {
      instruments.slow.labels(cache, figures.command.name).inc();
      inContext(context, () => this.#logSlow(durationMs, result));
    }
    const operation = figures.command.name;
    logOperation(monitor, context, { cache, operation, prefix: () => this.#prefix(), result, durationMs });
    endOperation(monitor, this.#operation, { durationMs, result, hits: this.#hits, misses: this.#misses, error });
  }

  /** Counts what the reply says of the keys, and gives the result of the whole. */
  #look(reply: unknown): CacheResult {
    switch (this.#figures.command.lookup) {
      case undefined:
        if (this.#figures.command.stores) this.#stored();
        return 'ok';
      case 'value':
      case 'field':
        this.#found(this.#groupOfKey(), reply !== null && reply !== undefined, this.#key);
        break;
      case 'collection':
        this.#found(this.#groupOfKey(), sizeOf(reply) > 0, this.#key);
        break;
      case 'fields':
        if (!Array.isArray(reply)) this.#found(this.#groupOfKey(), false, undefined);
        else for (const value of reply) this.#found(this.#groupOfKey(), value !== null, undefined);
        break;
      case 'values':
        if (Array.isArray(reply)) this.#foundEach(reply);
        break;
      case 'count':
        this.#foundSome(Number(reply) || 0);
        break;
    }
    if (this.#misses === 0) return 'hit';
    return this.#hits === 0 ? 'miss' : 'partial';
  }

  #foundEach(reply: readonly unknown[]): void {
    for (let i = 0; i < reply.length; i++) {
      const key = this.#args![this.#from + i];
      this.#found(this.#observer.groups.of(key), reply[i] !== null, key);
    }
  }

  /** `EXISTS` says how many, not which: where some are missing, they count for the first key's prefix. */
  #foundSome(count: number): void {
    const group = this.#groupOfKey();
    const asked = this.#figures.command.name === 'exists' ? this.#args!.length - this.#from : 1;
    const missing = Math.max(0, asked - count);
    this.#hits = asked - missing;
    this.#misses = missing;
    if (this.#hits > 0) group.hits.inc(this.#hits);
    if (missing > 0) group.misses.inc(missing);
  }

  #found(group: KeyGroup, found: boolean, key: unknown): void {
    if (found) {
      this.#hits++;
      group.hits.inc();
      return;
    }
    this.#misses++;
    group.misses.inc();
    const { lookup } = this.#figures.command;
    if (key === undefined || lookup === 'field' || lookup === 'collection') return;
    const text = keyText(key);
    const { stampedes } = this.#observer;
    if (text !== undefined && stampedes.missed(text, this.#lookUp)) {
      inContext(this.#context, () => stampedes.warn(text, group.prefix));
    }
  }

  #stored(): void {
    const text = keyText(this.#key);
    const { stampedes } = this.#observer;
    if (text !== undefined && stampedes.stored(text)) {
      inContext(this.#context, () => stampedes.warn(text, this.#prefix()));
    }
  }

  #groupOfKey(): KeyGroup {
    return (this.#group ??= this.#observer.groups.of(this.#key));
  }

  /** The prefix of the first key; '' of a command that has none. */
  #prefix(): string {
    return this.#key === undefined ? '' : this.#groupOfKey().prefix;
  }

  #logSlow(durationMs: number, result: CacheResult): void {
    const { monitor, cache } = this.#observer;
    const operation = this.#figures.command.name;
    monitor.logger.warning(`Slow cache operation: ${operation.toUpperCase()}`, {
      event_type: 'performance',
      cache,
      operation,
      ...(this.#key !== undefined && { prefix: this.#prefix() }),
      result,
      duration_ms: shownMs(durationMs),
    });
  }
}

function sizeOf(reply: unknown): number {
  if (Array.isArray(reply)) return reply.length;
  if (reply instanceof Map || reply instanceof Set) return reply.size;
  return typeof reply === 'object' && reply !== null ? Object.keys(reply).length : 0;
}
