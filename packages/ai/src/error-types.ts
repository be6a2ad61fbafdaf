import { errorType } from '@telltale/core';
import { ProviderError } from './wire/provider-error.ts';

/** `invalid_request_error`, `RESOURCE_EXHAUSTED`: words that providers choose, never what somebody wrote. */
const WORDS = /^([a-z]{2,30}(_[a-z]{2,30}){1,5}|[A-Z]{2,30}(_[A-Z]{2,30}){1,5})$/;
const OUT_OF_TIME = new Set(['AbortError', 'TimeoutError']);
const MAX_WORDS = 50;

/** The types of failures as label values: the provider's word for it where there is one, of fifty at most; else the class. */
export class ErrorTypes {
  readonly #words = new Set<string>();

  of(error: unknown): string {
    const word = wordOf(error);
    if (word === undefined) return errorType(error);
    if (this.#words.size < MAX_WORDS) this.#words.add(word);
    return this.#words.has(word) ? word : errorType(error);
  }
}

/** The type of one failure, not bounded: for the log. */
export function errorWord(error: unknown): string {
  return wordOf(error) ?? errorType(error);
}

/** SDKs keep what the provider answered in `error`, Anthropic's in `error` within that. */
function wordOf(error: unknown): string | undefined {
  try {
    const { name, type, error: body } = (error ?? {}) as SdkError;
    if (error instanceof ProviderError || OUT_OF_TIME.has(name as string)) return name as string;
    return [type, body?.error?.type, body?.type, name].find(
      (word): word is string => typeof word === 'string' && WORDS.test(word),
    );
  } catch {
    return undefined;
  }
}

interface SdkError {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly error?: { readonly type?: unknown; readonly error?: { readonly type?: unknown } | null } | null;
}
