import type { AICallEnd, AICallStart } from './ai-call.ts';
import type { CallSeries, CallStatus } from './call-metrics.ts';
import type { Price } from './pricing/price-book.ts';
import type { Usage } from './usage.ts';

/** How a call ended, with everything that is said of it. */
export interface EndedCall {
  readonly start: AICallStart;
  readonly end: AICallEnd;
  readonly series: CallSeries;
  readonly status: CallStatus;
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
  readonly price: Price | undefined;
  readonly durationMs: number;
  readonly firstTokenMs: number | undefined;
  readonly attempts: number;
  readonly attribution: string | undefined;
}
