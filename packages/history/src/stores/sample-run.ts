const NOTHING = new Float64Array();

/** The samples of one series while they are put together, in growing arrays. */
export class SampleRun {
  timestamps: Float64Array;
  values: Float64Array;
  length = 0;

  /** Without a capacity it takes no memory until there is something to hold. */
  constructor(capacity = 0) {
    this.timestamps = capacity === 0 ? NOTHING : new Float64Array(capacity);
    this.values = capacity === 0 ? NOTHING : new Float64Array(capacity);
  }

  /** Makes room for so many more samples. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.timestamps.length) return;
    const capacity = Math.max(needed, 16, this.timestamps.length * 2);
    this.timestamps = grown(this.timestamps, capacity);
    this.values = grown(this.values, capacity);
  }

  /**
   * Takes back what is at `time` or later. Whatever was written later counts: where the machine's clock was set back,
   * the samples from before that lie in what is now the future would stand between the new ones.
   */
  cutFrom(time: number): void {
    while (this.length > 0 && this.timestamps[this.length - 1]! >= time) this.length--;
  }

  /** The samples from `from` to `to`, both included. */
  between(from: number, to: number): { readonly timestamps: Float64Array; readonly values: Float64Array } {
    const first = firstAtOrAfter(this.timestamps, this.length, from);
    const end = firstAtOrAfter(this.timestamps, this.length, to + 1);
    return { timestamps: this.timestamps.subarray(first, end), values: this.values.subarray(first, end) };
  }
}

/** The index of the first of `length` rising times that is not before `time`. */
function firstAtOrAfter(times: Float64Array, length: number, time: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function grown(array: Float64Array, capacity: number): Float64Array {
  const larger = new Float64Array(capacity);
  larger.set(array);
  return larger;
}
