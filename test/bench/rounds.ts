/** One of the things that are compared. */
export interface Variant {
  readonly name: string;
  /** Does the operation `count` times; when it returns, or its promise settles, nothing of that is left to do. */
  run(count: number): void | Promise<void>;
}

/** How long and how often is measured. */
export interface RoundsOptions {
  /** @default 60 */
  readonly rounds?: number;
  /** CPU milliseconds that a variant has in each round. @default 12 */
  readonly roundMs?: number;
  /** CPU milliseconds that a variant runs before the first round. @default 250 */
  readonly warmUpMs?: number;
}

/** What one variant cost: CPU microseconds for one operation, in each round. */
export interface Timing {
  readonly name: string;
  readonly samples: readonly number[];
  /** How often the operation was done in all, warm-up too. */
  readonly operations: number;
}

/**
 * Runs the variants in turn (A B C, B C A, …), many short rounds of each, and measures CPU time. Whatever slows the
 * machine down for a while slows all of them down alike, so the ratios within a round hold where times do not.
 */
export async function interleave(variants: readonly Variant[], options: RoundsOptions = {}): Promise<Timing[]> {
  const { rounds = 60, roundMs = 12, warmUpMs = 250 } = options;
  const lanes = [];
  for (const variant of variants) {
    lanes.push({ variant, samples: [] as number[], ...(await warmUp(variant, roundMs, warmUpMs)) });
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < lanes.length; turn++) {
      const lane = lanes[(round + turn) % lanes.length]!;
      // The garbage of the variant before is not this one's.
      globalThis.gc?.({ type: 'minor' });
      lane.samples.push((await cpuMicros(lane.variant, lane.count)) / lane.count);
      lane.operations += lane.count;
    }
  }
  return lanes.map(({ variant, samples, operations }) => ({ name: variant.name, samples, operations }));
}

/** Runs a variant until it is warm, and finds how many operations fill a round. */
async function warmUp(variant: Variant, roundMs: number, warmUpMs: number) {
  let count = 1;
  let operations = 0;
  let spent = 0;
  for (;;) {
    const micros = await cpuMicros(variant, count);
    operations += count;
    spent += micros;
    if (micros < (roundMs * 1000) / 2) count *= 2;
    else if (spent >= warmUpMs * 1000) {
      return { count: Math.max(1, Math.round((count * roundMs * 1000) / micros)), operations };
    }
  }
}

async function cpuMicros(variant: Variant, count: number): Promise<number> {
  const before = process.cpuUsage();
  const pending = variant.run(count);
  if (pending !== undefined) await pending;
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The value below which this share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

/** How many times as much `timing` cost as `peer`: the median over the rounds, each compared within itself. */
export function ratio(timing: Timing, peer: Timing): number {
  return quantile(
    timing.samples.map((sample, round) => sample / peer.samples[round]!),
    0.5,
  );
}

/** How much more an operation cost than with `bare`, in CPU microseconds: the median over the rounds. */
export function added(timing: Timing, bare: Timing): number {
  return quantile(
    timing.samples.map((sample, round) => sample - bare.samples[round]!),
    0.5,
  );
}
