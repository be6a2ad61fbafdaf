import { setTimeout as delay } from 'node:timers/promises';
import type { Matcher, SeriesData, SeriesSource } from '@telltale/promql';
import type { Snapshot } from '../../recorder/snapshot.ts';
import type { QueryableStore, StoreUsage } from '../store.ts';
import { atOneMoment } from './arrange.ts';
import type { Database } from './database.ts';
import { FileWriter, type FileWriterOptions } from './file-writer.ts';
import { HistoryFile, type HistoryFileOptions } from './history-file.ts';
import { OwnHeads } from './own-heads.ts';
import type { Question } from './question.ts';
import { readLabels } from './read-labels.ts';
import { readSamples } from './read-samples.ts';
import { troubleOf } from './sqlite-error.ts';
import { usageOf } from './usage.ts';

/** What a store in SQLite works with. */
export interface SqliteStoreOptions extends HistoryFileOptions, FileWriterOptions {
  /** So many samples may wait in memory while the file cannot be written. */
  readonly bufferSize: number;
  /** Told once of each change for the worse or the better. */
  readonly onNotice: (message: string, cause?: unknown) => void;
  readonly onDropped: (samples: number) => void;
  readonly onError: (error: unknown) => void;
}

/** How a question is answered: from the file and what is in memory, or from that alone. */
type Answer<T> = (database: Database | undefined, question: Question) => Promise<T>;

/** How long to wait for another process that is writing, in milliseconds. */
const PATIENCE = [3, 7, 15, 30, 60];
/** Others may keep the file from us for so many flushes before that is told of. */
const BUSY_FLUSHES = 6;
/** A head is made into a segment before it takes more than this part of the file. */
const HEADS_OF_A_FILE = 4;

/**
 * Samples in an SQLite file that several processes may share. Each flush is a row, safe from a crash; an hour of
 * them becomes a segment of compressed columns. While the file cannot be written, samples wait in memory, are
 * answered from there, and are written as soon as it can be.
 */
export class SqliteStore implements QueryableStore, SeriesSource {
  readonly name = 'sqlite';
  readonly #options: SqliteStoreOptions;
  readonly #file: HistoryFile;
  readonly #writer: FileWriter;
  readonly #heads: OwnHeads;
  #layout: Snapshot['series'] | undefined;
  #trouble = false;
  #busyFlushes = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    this.#heads = new OwnHeads(options.maxBytes / HEADS_OF_A_FILE);
    this.#file = new HistoryFile(options, {
      inMemory: () => this.#heads.series,
      onNewGeneration: () => this.#startOver(),
    });
    this.#writer = new FileWriter(options);
  }

  get source(): SeriesSource {
    return this;
  }

  /** Opens the file. @throws what SQLite and the file system throw where it cannot be opened or written. */
  async open(): Promise<void> {
    await this.#file.open();
  }

  /** Takes a snapshot; settles when it is in the file, or waits for that in memory. */
  write(snapshot: Snapshot): Promise<void> {
    return this.#next(async () => {
      this.#file.refuseWhenClosed();
      if (snapshot.series !== this.#layout) await this.#file.catalogue.enrol(snapshot.series);
      this.#layout = snapshot.series;
      this.#heads.append(snapshot);
      this.#heads.dropWaitingBeyond(this.#options.bufferSize, this.#options.onDropped);
      await this.#persist();
    });
  }

  select(matchers: readonly Matcher[], from: number, to: number, signal?: AbortSignal): Promise<SeriesData[]> {
    return this.#ask(this.#question(matchers, from, to, signal), readSamples);
  }

  series(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<readonly SeriesData['labels'][]> {
    return this.#ask(this.#question(matchers, from, to, signal), readLabels);
  }

  async usage(): Promise<StoreUsage> {
    return usageOf(await this.#file.opened(), this.#options.path, this.#file.catalogue, this.#heads.samples);
  }

  clear(): Promise<void> {
    return this.#next(async () => {
      const database = await this.#file.opened();
      await this.#file.withoutLimit(database, async () => database.empty());
      this.#heads.clear();
      this.#file.beginGeneration();
    });
  }

  close(): Promise<void> {
    return this.#next(async () => {
      this.#file.close();
      // Last: closing a file takes the locks of SQLite's own with it.
      await this.#writer.close();
    });
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  /** Writes what waits, with patience for other writers. What cannot be written goes on waiting. */
  async #persist(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const database = await this.#file.opened();
        await this.#writer.write(database, this.#heads, this.#file.catalogue);
        this.#recovered();
        await this.#maintain(database);
        return;
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble === 'busy' && attempt < PATIENCE.length) {
          // Not unreferenced: a process that closes its monitor and ends is to wait for this.
          await delay(PATIENCE[attempt]!);
        } else if (trouble === 'full' && attempt === 0) await this.#makeRoom();
        else if (trouble === 'busy' && ++this.#busyFlushes < BUSY_FLUSHES) return;
        else if (trouble === 'damaged' && attempt === 0) this.#file.replace(error, this.#file.generation);
        else {
          this.#worsened(error);
          return;
        }
      }
    }
  }

  /** What goes wrong with the chores is told, but what was to be written is written. */
  async #maintain(database: Database): Promise<void> {
    try {
      await this.#writer.maintain(database, this.#heads);
    } catch (error) {
      if (troubleOf(error) === 'damaged') throw error;
      this.#options.onError(error);
    }
  }

  async #makeRoom(): Promise<void> {
    try {
      const database = await this.#file.opened();
      await this.#file.withoutLimit(database, () => this.#writer.makeRoom(database, this.#heads));
    } catch {
      // There is none to be made: that writing fails again is told of.
    }
  }

  #question(matchers: readonly Matcher[], from: number, to: number, signal: AbortSignal | undefined): Question {
    return {
      ...{ matchers, from, to, signal },
      catalogue: this.#file.catalogue,
      heads: () => this.#heads.view(),
      onDamage: this.#options.onError,
    };
  }

  /** Answers a question, with patience for other writers. */
  async #ask<T>(question: Question, answer: Answer<T>, attempt = 0): Promise<T> {
    this.#file.refuseWhenClosed();
    try {
      await this.#file.opened();
    } catch {
      // Writing has told of it, and has what there is in memory.
      return answer(undefined, question);
    }
    const { generation } = this.#file;
    try {
      return await this.#file.withReader((reader) => {
        const current = { ...question, catalogue: this.#file.catalogue };
        return atOneMoment(reader, current, () => answer(reader, current));
      });
    } catch (error) {
      const trouble = troubleOf(error);
      if (attempt === PATIENCE.length || (trouble !== 'busy' && trouble !== 'damaged')) throw error;
      if (trouble === 'damaged') this.#file.replace(error, generation);
      else await delay(PATIENCE[attempt]!);
      return this.#ask(question, answer, attempt + 1);
    }
  }

  /** The file is another: what is in memory is written into that, and can be found in its catalogue. */
  #startOver(): void {
    const { onError } = this.#options;
    this.#writer.close().catch(() => {});
    this.#layout = undefined;
    this.#heads.startOver();
    for (const series of this.#heads.series) this.#file.catalogue.enrol(series).catch(onError);
  }

  #worsened(cause: unknown): void {
    if (this.#trouble) return;
    this.#trouble = true;
    const { path, onNotice } = this.#options;
    const reason = troubleOf(cause) === 'full' ? 'the disk is full' : 'it cannot be written';
    onNotice(`The history stays in memory for now, as far as bufferSize goes: ${path}: ${reason}`, cause);
  }

  #recovered(): void {
    this.#busyFlushes = 0;
    if (!this.#trouble) return;
    this.#trouble = false;
    this.#options.onNotice(`The history is written to ${this.#options.path} again`);
  }
}
