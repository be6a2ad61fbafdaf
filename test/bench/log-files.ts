import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectEqual } from './report.ts';

/** Log files of one family of benchmarks, thrown away at the end. */
export class LogFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'));

  path(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  /** Every line is whole JSON, and there are exactly so many. */
  check(name: string, expected: number): void {
    const lines = readFileSync(this.path(name), 'utf8').trimEnd().split('\n');
    expectEqual(`lines logged by ${name}`, lines.length, expected);
    JSON.parse(lines[0]!);
    JSON.parse(lines.at(-1)!);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
