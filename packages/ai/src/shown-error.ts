import { errorWord } from './error-types.ts';
import { ProviderError } from './wire/provider-error.ts';

const CODE = /^[\w.-]{1,64}$/;
const PARAM = /^[\w.[\]-]{1,100}$/;
const MAX_DEPTH = 5;

/**
 * A failure as it may be logged where prompts may not. Providers quote what they refuse, and SDKs keep the whole request
 * beside that: of what a provider answered its type, status, code, parameter and request ID are shown, and where it was
 * thrown; nothing else. Any other failure is shown as it is.
 */
export function shownError(error: unknown, httpStatus: number | undefined): unknown {
  try {
    if (!((httpStatus !== undefined && httpStatus >= 400) || isOfProvider(error, 0))) return error;
    const { status, statusCode, code, param, requestID, request_id, $metadata, error: body } = fieldsOf(error);
    const answered = fieldsOf(body);
    const metadata = fieldsOf($metadata);
    return {
      type: errorWord(error),
      status_code: [httpStatus, status, statusCode, metadata.httpStatusCode].find(Number.isInteger),
      code: firstOf(CODE, code, answered.code),
      param: firstOf(PARAM, param, answered.param),
      request_id: firstOf(CODE, requestID, request_id, metadata.requestId),
      stack: framesOf(error),
    };
  } catch {
    return { type: 'other' };
  }
}

/** Whether a provider's answer is in it, or in what it came of. */
function isOfProvider(error: unknown, depth: number): boolean {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return false;
  const { name, status, statusCode, $metadata, cause, lastError, errors } = fieldsOf(error);
  return (
    error instanceof ProviderError ||
    [status, statusCode].some(Number.isInteger) ||
    typeof $metadata === 'object' ||
    (typeof name === 'string' && name.startsWith('AI_')) ||
    [cause, lastError, ...(Array.isArray(errors) ? errors : [])].some((each) => isOfProvider(each, depth + 1))
  );
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function firstOf(form: RegExp, ...candidates: readonly unknown[]): string | undefined {
  return candidates.find((text): text is string => typeof text === 'string' && form.test(text));
}

/** The stack without the message, which it begins with. */
function framesOf(error: unknown): string | undefined {
  const { message, stack } = fieldsOf(error);
  if (typeof stack !== 'string' || typeof message !== 'string') return undefined;
  const at = stack.indexOf(message);
  if (at < 0) return undefined;
  const frames = stack
    .slice(at + message.length)
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  return frames.join('\n');
}
