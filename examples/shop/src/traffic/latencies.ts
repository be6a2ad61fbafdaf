const FIRST_MS = 0.05;
const GROWTH = 1.05;
/** The last bucket begins at about 100 seconds. */
const BUCKETS = 300;

/** Durations in buckets that grow by 5 %, so that a quantile is at most that much off however many there were. */
export class Latencies {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  observe(ms: number): void {
    const bucket = Math.ceil(Math.log(ms / FIRST_MS) / Math.log(GROWTH));
    this.#counts[Math.min(Math.max(bucket, 0), BUCKETS - 1)]!++;
    this.#count++;
  }

  add(other: Latencies): void {
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket]! += count;
    this.#count += other.#count;
  }

  /** The upper bound, in milliseconds, of the bucket that holds the quantile; `NaN` when nothing was observed. */
  quantile(q: number): number {
    let rank = Math.max(1, Math.ceil(q * this.#count));
    const bucket = this.#counts.findIndex((count) => {
      rank -= count;
      return rank <= 0;
    });
    return bucket < 0 ? Number.NaN : FIRST_MS * GROWTH ** bucket;
  }
}
