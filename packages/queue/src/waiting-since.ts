/** A job that is to be taken next. */
export interface WaitingJob {
  /** The job and how often it was taken: the same as long as it waits. */
  readonly turn: string;
  /** Since when it has been waiting; `undefined` where BullMQ does not keep that. */
  readonly since: number | undefined;
}

/**
 * Tells for how many seconds the oldest of the jobs to be taken next has been waiting. One of which that is not known (it
 * was taken before, or waited for its children) counts from when it was first seen to wait, so its age is never too high.
 */
export function waitingAge(): (jobs: readonly WaitingJob[], now: number) => number {
  let firstSeen = new Map<string, number>();
  return (jobs, now) => {
    const seen = new Map<string, number>();
    let oldest = now;
    for (const { turn, since } of jobs) {
      const from = since ?? firstSeen.get(turn) ?? now;
      if (since === undefined) seen.set(turn, from);
      oldest = Math.min(oldest, from);
    }
    firstSeen = seen;
    return (now - oldest) / 1000;
  };
}
