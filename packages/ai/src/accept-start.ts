import type { AICallStart } from './ai-call.ts';

/** What stands for the name of a provider, a model or an operation that was not told. */
const UNKNOWN = 'unknown';

/** A call that can be counted: the same object where it is so from the start, else one with `unknown` for what is amiss. */
export function acceptStart(given: AICallStart): AICallStart {
  const { provider, model, operation, service } = given;
  if (isName(provider) && isName(model) && isName(operation) && (service == null || isName(service))) return given;
  const { service: _, ...start } = given;
  return {
    ...start,
    provider: isName(provider) ? provider : UNKNOWN,
    model: isName(model) ? model : UNKNOWN,
    operation: isName(operation) ? operation : UNKNOWN,
    ...(isName(service) && { service }),
  };
}

/** Whether a value can name something. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
