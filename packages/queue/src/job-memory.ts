/** Often enough to see what a job of some seconds holds at its highest; a reading costs some microseconds. */
const SAMPLE_MS = 50;

/** The resident memory of the process during one job, in bytes. Jobs that run at the same time share it. */
export interface JobMemory {
  readonly rss_before_bytes: number;
  readonly rss_after_bytes: number;
  readonly rss_peak_bytes: number;
}

/** Reads the process's memory while at least one job is watched. */
export class MemorySampler {
  readonly #watches = new Set<MemoryWatch>();
  #timer: NodeJS.Timeout | undefined;

  /** Begins to watch; the function that it returns ends that and says what was seen. */
  watch(): () => JobMemory {
    const before = process.memoryUsage.rss();
    const watch: MemoryWatch = { peak: before };
    this.#watches.add(watch);
    this.#timer ??= setInterval(() => this.#sample(), SAMPLE_MS).unref();
    return () => {
      const after = this.#sample();
      this.#watches.delete(watch);
      if (this.#watches.size === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
      return { rss_before_bytes: before, rss_after_bytes: after, rss_peak_bytes: watch.peak };
    };
  }

  #sample(): number {
    const rss = process.memoryUsage.rss();
    for (const watch of this.#watches) watch.peak = Math.max(watch.peak, rss);
    return rss;
  }
}

interface MemoryWatch {
  peak: number;
}
