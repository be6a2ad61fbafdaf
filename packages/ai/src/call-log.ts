import { type Monitor, shownMs } from '@telltale/core';
import { shownContent } from './content.ts';
import type { EndedCall } from './ended-call.ts';
import type { AIConfig } from './options.ts';
import { shownError } from './shown-error.ts';

/** Writes the one line of a call that is over. A failure is written whatever else is. */
export function logCall(monitor: Monitor, ended: EndedCall, config: AIConfig): void {
  const { start, end, status, usage, price } = ended;
  const failed = status === 'error';
  if (!failed && !config.logAICalls) return;
  const { identity, logger, masker } = monitor;
  const isContentKept = config.recordContent;
  const fields = {
    event_type: failed ? 'error' : 'business',
    provider: start.provider,
    model: start.model,
    served_model: end.servedModel === start.model ? undefined : end.servedModel,
    operation: start.operation,
    outcome: status,
    caller: start.service === identity.service ? undefined : start.service,
    attribution: ended.attribution,
    input_tokens: usage?.inputTokens,
    output_tokens: usage?.outputTokens,
    cached_input_tokens: usage?.cachedInputTokens,
    cache_write_tokens: usage?.cacheWriteTokens,
    reasoning_tokens: usage?.reasoningTokens,
    service_tier: usage?.serviceTier,
    cost_usd: status === 'cached' ? 0 : ended.costUsd,
    saved_usd: status === 'cached' ? ended.costUsd : undefined,
    ...(price !== undefined &&
      ('unpriced' in price ? { unpriced: price.unpriced } : { price_approximation: price.approximation })),
    duration_ms: shownMs(ended.durationMs),
    first_token_ms: ended.firstTokenMs === undefined ? undefined : shownMs(ended.firstTokenMs),
    attempts: ended.attempts,
    status_code: end.httpStatus,
    prompt: isContentKept ? shownContent(masker, start.prompt, config.contentLimit) : undefined,
    completion: isContentKept ? shownContent(masker, end.completion, config.contentLimit) : undefined,
    error: failed ? (isContentKept ? end.error : shownError(end.error, end.httpStatus)) : undefined,
  };
  const message = `${start.operation} ${start.model}`;
  if (failed) logger.error(`${message} failed`, fields);
  else logger.info(status === 'success' ? message : `${message} ${status}`, fields);
}
