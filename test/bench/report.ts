import { quantile, ratio, type Timing } from './rounds.ts';

/** One line of a table: the columns by name, in their order. */
export type Row = Readonly<Record<string, string | number>>;

/** Something that the project set out to reach, and whether it did. */
export interface Goal {
  readonly goal: string;
  readonly measured: number;
  readonly limit: number;
  readonly reached: boolean;
}

/** What one family of benchmarks found. */
export interface Report {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
}

/** A file `<name>.bench.ts` exports one, named `bench`. */
export interface Bench {
  readonly title: string;
  /** Throws where a variant did not do its work. */
  run(): Promise<Omit<Report, 'title'>>;
}

/** A goal of this much or less. */
export function atMost(limit: number, goal: string, measured: number): Goal {
  return { goal, measured, limit, reached: measured <= limit };
}

/** A goal of this much or more. */
export function atLeast(limit: number, goal: string, measured: number): Goal {
  return { goal, measured, limit, reached: measured >= limit };
}

/** The usual columns: a time for each variant, in `unit`, and the ratio to `peer`. */
export function timingRows(timings: readonly Timing[], unit: 'ns' | 'µs' | 'ms', peer: Timing): Row[] {
  const scale = { ns: 1000, µs: 1, ms: 0.001 }[unit];
  return timings.map((timing) => ({
    variant: timing.name,
    [`median ${unit}`]: quantile(timing.samples, 0.5) * scale,
    quartile: quantile(timing.samples, 0.25) * scale,
    best: quantile(timing.samples, 0) * scale,
    [`× ${peer.name}`]: ratio(timing, peer),
  }));
}

/** Stops the benchmark where a variant did not do what it was timed for. */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: expected ${String(expected)}, found ${String(actual)}.`);
}

/** A report as an aligned table, its goals below. */
export function formatReport({ title, rows, goals }: Report): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => formatCell(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  const lines = cells.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
  const verdicts = goals.map(
    ({ goal, measured, reached }) => `${reached ? '✔ reached' : '✘ missed '}  ${goal}: ${formatCell(measured)}`,
  );
  const below = verdicts.length > 0 ? ['', ...verdicts] : [];
  return [title, '', ...[...lines, ...below].map((line) => `  ${line}`.trimEnd()), ''].join('\n');
}

function formatCell(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
