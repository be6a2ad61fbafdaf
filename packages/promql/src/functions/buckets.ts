/** A classic histogram at one step: counts of what is at most each upper bound. Bounds rise. */
export class Buckets {
  readonly bounds: number[] = [];
  readonly counts: number[] = [];
  /** Whether counts had to be raised since they fell from one bucket to the next. */
  forcedMonotonic = false;

  clear(): void {
    this.bounds.length = 0;
    this.counts.length = 0;
    this.forcedMonotonic = false;
  }

  /** Adds a bucket that is no lower than the last; one with the same bound is added to it. */
  push(bound: number, count: number): void {
    const last = this.bounds.length - 1;
    if (last >= 0 && this.bounds[last] === bound) this.counts[last]! += count;
    else {
      this.bounds.push(bound);
      this.counts.push(count);
    }
  }

  /** The φ-quantile, taking observations to be spread evenly within each bucket. */
  quantile(quantile: number): number {
    if (Number.isNaN(quantile)) return Number.NaN;
    if (quantile < 0) return -Infinity;
    if (quantile > 1) return Infinity;
    const { bounds, counts } = this;
    const last = bounds.length - 1;
    if (bounds[last] !== Infinity) return Number.NaN;
    this.#makeMonotonic();
    const observations = counts[last]!;
    if (last < 1 || observations === 0 || Number.isNaN(observations)) return Number.NaN;

    let rank = quantile * observations;
    const bucket = this.#bucketOf(rank);
    if (bucket === last) return bounds[last - 1]!;
    if (bucket === 0 && bounds[0]! <= 0) return bounds[0]!;
    const lower = bucket > 0 ? bounds[bucket - 1]! : 0;
    const below = bucket > 0 ? counts[bucket - 1]! : 0;
    rank -= below;
    return lower + (bounds[bucket]! - lower) * (rank / (counts[bucket]! - below));
  }

  /** The share of observations between two values. */
  fraction(lower: number, upper: number): number {
    const { bounds, counts } = this;
    const last = bounds.length - 1;
    if (last < 0 || bounds[last] !== Infinity) return Number.NaN;
    const observations = counts[last]!;
    if (observations === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
    if (lower >= upper) return 0;
    return (this.#rankOf(upper) - this.#rankOf(lower)) / observations;
  }

  /** How many observations are below a value. */
  #rankOf(value: number): number {
    const { bounds, counts } = this;
    let below = 0;
    for (let bucket = 0; bucket < bounds.length; bucket++) {
      const lower = bucket > 0 ? bounds[bucket - 1]! : bounds[0]! > 0 ? 0 : -Infinity;
      const upper = bounds[bucket]!;
      if (lower >= value) return below;
      if (upper > value) {
        // A bucket that reaches to infinity has no middle.
        if (lower === -Infinity || upper === Infinity) return upper === Infinity ? below : counts[bucket]!;
        return below + ((counts[bucket]! - below) * (value - lower)) / (upper - lower);
      }
      below = counts[bucket]!;
    }
    return counts.at(-1)!;
  }

  /** The first bucket, of all but the last, that holds the rank. */
  #bucketOf(rank: number): number {
    let low = 0;
    let high = this.bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.counts[middle]! >= rank) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Differences that rounding may have made are levelled; a true fall is raised, and noted. */
  #makeMonotonic(): void {
    const { counts } = this;
    let before = counts[0]!;
    for (let bucket = 1; bucket < counts.length; bucket++) {
      const count = counts[bucket]!;
      if (count === before) continue;
      const close = Math.abs(count - before) <= TOLERANCE * Math.max(Math.abs(count), Math.abs(before));
      if (!close && count < before) this.forcedMonotonic = true;
      if (close || count < before) counts[bucket] = before;
      else before = count;
    }
  }
}

/** Counts closer than this, by proportion, differ by rounding only. */
const TOLERANCE = 1e-12;
