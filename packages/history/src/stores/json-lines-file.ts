import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isStale } from '@telltale/promql';
import type { Snapshot } from '../recorder/snapshot.ts';
import { Turns } from '../turns.ts';
import type { Store, StoreUsage } from './store.ts';

/** The file of now and so many older ones share the size allowed. */
const OLDER_FILES = 3;
/** Lines are gathered to so many characters before they are written. */
const CHUNK = 65_536;

/**
 * Writes a line of JSON for each sample: `{"time":…,"name":…,"labels":{…},"value":…}`, the value as Prometheus writes
 * it where JSON has no number for it (`"NaN"`, `"+Inf"`), `null` where the series has ended. A full file is renamed
 * to `.1`, that to `.2` and so on; the oldest goes.
 */
export class JsonLinesFile implements Store {
  readonly name = 'file';
  readonly #path: string;
  readonly #bytesOfAFile: number;
  #size: number | undefined;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#bytesOfAFile = Math.floor(maxBytes / (OLDER_FILES + 1));
  }

  async write({ time, series, values }: Snapshot): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    this.#size ??= await sizeOf(this.#path);
    const turns = new Turns(3);
    let text = '';
    for (const [i, { labels }] of series.entries()) {
      const { __name__: name, ...others } = labels;
      const value = isStale(values, i) ? null : jsonNumber(values[i]!);
      text += `${JSON.stringify({ time, name, labels: others, value })}\n`;
      if (text.length >= CHUNK) {
        await this.#append(text);
        text = '';
      }
      if (turns.due) await turns.give();
    }
    await this.#append(text);
  }

  async usage(): Promise<StoreUsage> {
    const sizes = await Promise.all(this.#paths().map(sizeOf));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return { path: this.#path, bytes, series: 0, samples: 0, oldest: undefined, newest: undefined };
  }

  async clear(): Promise<void> {
    await Promise.all(this.#paths().map((path) => rm(path, { force: true })));
    this.#size = undefined;
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (this.#size! > 0 && this.#size! + bytes.length > this.#bytesOfAFile) await this.#rotate();
    const file = await open(this.#path, 'a');
    try {
      await file.appendFile(bytes);
    } finally {
      await file.close();
    }
    this.#size! += bytes.length;
  }

  async #rotate(): Promise<void> {
    const paths = this.#paths();
    for (let older = paths.length - 1; older > 0; older--) {
      await rename(paths[older - 1]!, paths[older]!).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    this.#size = 0;
  }

  #paths(): string[] {
    return [this.#path, ...Array.from({ length: OLDER_FILES }, (_, older) => `${this.#path}.${older + 1}`)];
  }
}

function jsonNumber(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
