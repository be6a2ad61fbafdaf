import { type Json, object, word } from './answer.ts';

/** What a provider answered instead of an answer, as monitoring tells it; the caller gets the SDK's own error. */
export class ProviderError extends Error {
  override readonly name: string;
  readonly status: number | undefined;

  constructor(status: number | undefined, body: Json | undefined) {
    const error = object(body?.error) ?? body;
    super(word(error?.message) ?? (status === undefined ? 'The stream told of an error' : `HTTP ${status}`));
    this.name = nameOf(error) ?? (status === undefined ? 'ProviderError' : `HTTP${status}`);
    this.status = status;
  }
}

/** Providers name their errors in words (`rate_limit_error`, `RESOURCE_EXHAUSTED`); what is no word is none of theirs. */
function nameOf(error: Json | undefined): string | undefined {
  for (const candidate of [error?.type, error?.code, error?.status]) {
    if (typeof candidate === 'string' && /^[A-Za-z][A-Za-z_]{2,63}$/.test(candidate)) return candidate;
  }
  return undefined;
}
