import type { Context, Monitor, Operation } from '@telltale/core';
import type { AICallStart } from './ai-call.ts';
import type { CallSeries } from './call-metrics.ts';
import type { EndedCall } from './ended-call.ts';
import { shownError } from './shown-error.ts';

/** Tells the listeners that a call began. */
export function startOperation(
  { config, operations }: Monitor,
  start: AICallStart,
  series: () => CallSeries,
  context: Context | undefined,
): Operation {
  const operation: Operation = {
    kind: 'ai',
    get name() {
      const { operation, model } = series();
      return `${operation} ${model}`;
    },
    context,
    startedAt: config.clock.now(),
    attributes: {
      provider: start.provider,
      model: start.model,
      operation: start.operation,
      stream: start.stream,
    },
  };
  operations.start(operation);
  return operation;
}

/** Tells the listeners how it ended. */
export function endOperation(
  { operations }: Monitor,
  operation: Operation,
  ended: EndedCall,
  recordsContent: boolean,
): void {
  const { end, status, usage } = ended;
  operation.durationMs = ended.durationMs;
  operation.outcome = status === 'error' || status === 'aborted' ? status : 'ok';
  if (status === 'error') operation.error = recordsContent ? end.error : shownError(end.error, end.httpStatus);
  Object.assign(operation.attributes, {
    served_model: end.servedModel,
    input_tokens: usage?.inputTokens,
    output_tokens: usage?.outputTokens,
    cached_input_tokens: usage?.cachedInputTokens,
    reasoning_tokens: usage?.reasoningTokens,
    cost_usd: ended.costUsd,
    first_token_ms: ended.firstTokenMs,
    attempts: ended.attempts,
    status_code: end.httpStatus,
  });
  operations.end(operation);
}
