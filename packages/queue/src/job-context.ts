import { hash } from 'node:crypto';
import {
  acceptCorrelationId,
  acceptTraceState,
  Context,
  currentContext,
  enterContext,
  type Origin,
  parseTraceParent,
} from '@telltale/core';
import type { JobLike } from './bullmq-like.ts';

/** Beside the headers of `Context.headers`: what unit of work the job was added in. */
const ADDED_BY = 'x-telltale-origin';
/** Baggage may have 8,192 characters by itself. */
const MAX_METADATA = 16_384;
const MAX_ADDED_BY = 256;

/** What {@link carriedHeaders} mostly comes to, as JSON: an ID that is acceptable, and who added the job. */
const USUAL_METADATA = new RegExp(
  `^\\{"x-correlation-id":"([\\w\\-.:=]{1,128})","${ADDED_BY}":"([^"\\\\\\x00-\\x1f]{1,${MAX_ADDED_BY}})"\\}$`,
);

/** What a job says of where it comes from. */
export interface JobOrigin {
  readonly context: Context;
  /** The kind and name of the unit of work that added it: `http /orders/:id`, `queue imports/file`. */
  readonly addedBy: string | undefined;
}

/** The headers that a job added now carries; none outside any context. */
export function carriedHeaders(): Record<string, string> {
  const context = currentContext();
  if (context === undefined) return {};
  const headers = context.headers();
  const { origin } = context;
  if (origin !== undefined) headers[ADDED_BY] = `${origin.kind} ${origin.name}`;
  return headers;
}

/** The metadata of BullMQ's telemetry as headers, where it is the JSON of such. */
export function parseMetadata(metadata: unknown): Record<string, string> | undefined {
  if (typeof metadata !== 'string' || metadata.length > MAX_METADATA || metadata[0] !== '{') return undefined;
  try {
    return JSON.parse(metadata);
  } catch {
    return undefined;
  }
}

/**
 * The context that a job runs in: the correlation ID, trace and baggage that it was added with. One that was added
 * outside any context, and every run of a scheduler, has a correlation ID of its own, the same in each attempt
 * and process, since it is made from what the job is.
 */
export function jobOrigin(job: JobLike, origin: Origin | undefined): JobOrigin {
  const metadata = job.opts?.telemetry?.metadata ?? job.opts?.tm;
  if (typeof metadata === 'string' && !job.repeatJobKey) {
    // Half the cost of JSON.
    const usual = USUAL_METADATA.exec(metadata);
    if (usual !== null) {
      return { addedBy: usual[2], context: new Context(usual[1]!, origin, undefined, undefined, undefined) };
    }
  }
  const headers = parseMetadata(metadata);
  const addedBy = acceptAddedBy(headers?.[ADDED_BY]);
  const inherited = job.repeatJobKey ? undefined : headers;
  const id = acceptCorrelationId(inherited?.['x-correlation-id']) ?? ownId(job);
  const { traceparent, tracestate, baggage } = inherited ?? {};
  const trace = parseTraceParent(traceparent);
  const traceState = trace === undefined ? undefined : acceptTraceState(asText(tracestate));
  return { addedBy, context: new Context(id, origin, trace, traceState, asText(baggage)) };
}

/**
 * Runs `fn` in the context of a job, for a sandboxed processor: the worker runs in another process and cannot do it.
 * Everything that is logged and added inside carries the job's correlation ID. Returns what `fn` returns.
 *
 * @example
 * export default (job) => runInJobContext(job, async () => { logger.info('in the child'); });
 */
export function runInJobContext<T>(job: Pick<JobLike, 'name' | 'timestamp' | 'opts'>, fn: () => T): T {
  const { queueName = 'unknown', name } = job as JobLike;
  return enterContext(jobOrigin(job as JobLike, { kind: 'queue', name: `${queueName}/${name}` }).context, fn);
}

/** Made from what no two jobs have in common, in the form of a UUID (version 8, of the maker's own choice). */
function ownId({ queueName = '', id = '', timestamp }: JobLike): string {
  const hex = hash('sha256', `${queueName}\n${id}\n${timestamp}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function acceptAddedBy(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ADDED_BY ? value : undefined;
}

/** What another telemetry put there need not be text. */
function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
