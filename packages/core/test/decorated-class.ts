import type { FunctionTracker, Monitor } from '../src/index.ts';

interface Parts {
  readonly trackTiming: FunctionTracker;
  readonly trackCounter: FunctionTracker;
  readonly monitor: Monitor;
  readonly work: () => void;
}

/** A class whose methods carry the decorators in all their forms. */
export function makeReports({ trackTiming, trackCounter, monitor, work }: Parts) {
  class Reports {
    readonly #pages = 3;

    @trackTiming({ monitor })
    @trackCounter({ monitor, name: 'Reports.build' })
    build(factor: number): number {
      work();
      return this.#pages * factor;
    }

    @trackCounter({ monitor })
    static async all(): Promise<string> {
      return 'all';
    }

    @trackCounter({ monitor })
    #hidden(): string {
      return 'hidden';
    }

    hidden(): string {
      return this.#hidden();
    }
  }
  return Reports;
}
