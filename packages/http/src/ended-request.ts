import type { Context } from '@telltale/core';

/** One request that is over: what its metrics, log lines and operation are made from. */
export interface EndedRequest {
  /** As it came: not bounded. */
  readonly method: string;
  /** As it came, without the query. */
  readonly path: string;
  /** The template, or `unmatched`. */
  readonly route: string;
  readonly status: number;
  /** The client went away before the response was whole. */
  readonly aborted: boolean;
  readonly durationMs: number;
  /** Until the head of the response; `undefined` if none was sent. */
  readonly firstByteMs: number | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** What left handlers and middleware. */
  readonly errors: readonly unknown[];
  readonly context: Context;
}
