import type { JobLike } from './bullmq-like.ts';
import type { JobRun } from './job-run.ts';

/** A class that extends it gives the object its private fields, and makes none of its own. */
class Given {
  constructor(job: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what it is for
    return job;
  }
}

/**
 * What is observed of a job, on the job itself, in a private field: nobody sees it, and it is gone with the job. An entry
 * in a `WeakMap` costs most of a microsecond more, and a property that cannot be enumerated about as much.
 */
export class MetJob extends Given {
  #run: JobRun;

  private constructor(job: JobLike, run: JobRun) {
    super(job);
    this.#run = run;
  }

  static runOf(job: JobLike): JobRun | undefined {
    return #run in job ? job.#run : undefined;
  }

  /** Once for each job. */
  static note(job: JobLike, run: JobRun): void {
    new MetJob(job, run);
  }
}
