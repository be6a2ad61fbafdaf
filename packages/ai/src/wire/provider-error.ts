import { type Json, object, word } from './answer.ts';

/** What is known of a failure beside the answer's body. */
interface About {
  /** The provider's message may be told, which can quote the prompt. @default false */
  readonly showsMessage?: boolean;
  /** The answer's. */
  readonly headers?: Headers | undefined;
}

/**
 * What a provider answered instead of an answer, as monitoring tells it; the caller gets the SDK's own error. It is named
 * by the provider's type of it. Its fields are short words that quote nobody.
 */
export class ProviderError extends Error {
  override readonly name: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;
  readonly requestID: string | undefined;

  constructor(status: number | undefined, body: Json | undefined, { showsMessage = false, headers }: About = {}) {
    const error = object(body?.error) ?? body;
    const plain = status === undefined ? 'The stream told of an error' : `HTTP ${status}`;
    super((showsMessage ? word(error?.message) : undefined) ?? plain);
    this.name = nameOf(error) ?? (status === undefined ? 'ProviderError' : `HTTP${status}`);
    this.status = status;
    this.code = matching(CODE, error?.code);
    this.param = matching(PARAM, error?.param);
    this.requestID = matching(CODE, body?.request_id) ?? requestIdIn(headers);
  }
}

const CODE = /^[\w.-]{1,100}$/;
const PARAM = /^[\w.[\]-]{1,100}$/;
const REQUEST_IDS = ['x-request-id', 'request-id', 'x-amzn-requestid', 'apim-request-id'];

function matching(form: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

function requestIdIn(headers: Headers | undefined): string | undefined {
  if (headers === undefined) return undefined;
  return REQUEST_IDS.map((name) => matching(CODE, headers.get(name))).find((id) => id !== undefined);
}

/** Providers name their errors in words (`rate_limit_error`, `RESOURCE_EXHAUSTED`); what is no word is none of theirs. */
function nameOf(error: Json | undefined): string | undefined {
  return [error?.type, error?.code, error?.status]
    .map((candidate) => matching(/^[A-Za-z][A-Za-z_]{2,63}$/, candidate))
    .find((name) => name !== undefined);
}
