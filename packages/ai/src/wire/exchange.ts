import type { AICall, AICallObserver } from '../ai-call.ts';
import { isAbort } from '../is-abort.ts';
import type { DescribedCall, Json } from './answer.ts';
import { AnswerReader } from './answer-reader.ts';
import { BodyWatcher, ErrorWatcher, EventsWatcher, FramesWatcher } from './answer-watch.ts';
import { parseObject } from './body-collector.ts';
import { isWatchable } from './pass-through.ts';
import { ProviderError } from './provider-error.ts';
import { type ResponseWatch, watchResponse } from './watch-response.ts';

/** What a failed attempt is followed by. */
interface Retries {
  /** Whether the SDK sends the request again after this answer, or after none. */
  follow(response: Response | undefined): boolean;
}

/** Where failures of ours are told. */
type Report = (component: string, error: unknown) => void;

const NO_RETRIES: Retries = { follow: () => false };

/** One model call over HTTP: its attempts, and the answer to the last of them. */
export class Exchange {
  readonly described: DescribedCall;
  readonly reader: AnswerReader;
  /** Usage was asked for where the caller did not, and must not be seen by them. */
  stripsUsage = false;
  /** Tells whether the caller gave up; `null` where they cannot, `undefined` where it is not known. */
  signal: AbortSignal | null | undefined;
  /** Nothing is under way that would tell of an abort by itself: it is between attempts, or nobody reads its answer yet. */
  waits = true;
  /** Requests that were sent for it. */
  attempts = 0;
  readonly #call: AICall;
  readonly #report: Report;
  #over = false;
  #onEnd: (() => void) | undefined;
  #unreadFailure: (() => void) | undefined;
  #status: number | undefined;
  #headers: Headers | undefined;

  constructor(call: AICall, described: DescribedCall, recordsContent: boolean, report: Report) {
    this.#call = call;
    this.#report = report;
    this.described = described;
    this.reader = new AnswerReader(described, recordsContent);
  }

  get over(): boolean {
    return this.#over;
  }

  /** Sends one attempt. What it rejects with, and what it resolves to, is the caller's own. */
  async attempt(send: () => Promise<Response>, retries = NO_RETRIES): Promise<Response> {
    // An answer that nobody looked at was a failure, since another attempt is made.
    this.#unreadFailure?.();
    this.attempts++;
    if (!this.#over) this.#call.attempt();
    this.waits = false;
    let response: Response;
    try {
      response = await send();
    } catch (error) {
      this.#guarded(() => this.#attemptFailed(error, undefined, retries.follow(undefined)));
      throw error;
    }
    return this.#guarded(() => (this.#over ? response : this.#attend(response, retries))) ?? response;
  }

  #attend(response: Response, retries: Retries): Response {
    this.#status = response.status;
    this.#headers = response.headers;
    if (!response.ok) return this.#watchError(response, retries.follow(response));
    if (isWatchable(response)) return this.#watchAnswer(response);
    this.end();
    return response;
  }

  /** What fails in it is ours: the call ends, and nobody else hears of it. */
  #guarded<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.lost(error);
      return undefined;
    }
  }

  /** Its answer cannot be looked at any further. */
  lost(error: unknown): void {
    this.#report('ai', error);
    this.end();
  }

  /** The caller gave up; what is under way will say so itself. */
  giveUpWaiting(): void {
    if (this.waits) this.end({ aborted: true });
  }

  /** Calls back when the call ends. */
  onEnd(callback: () => void): void {
    this.#onEnd = callback;
  }

  #attemptFailed(error: unknown, status: number | undefined, another: boolean): void {
    this.waits = true;
    const aborted = this.signal === undefined ? isAbort(error) : this.signal?.aborted === true;
    const failure = aborted ? abort(error) : isAbort(error) ? timeout(error) : error;
    if (another && !aborted) this.#call.attemptFailed(failure, status);
    else this.end({ error: failure, aborted });
  }

  #watchAnswer(response: Response): Response {
    const type = response.headers.get('content-type') ?? '';
    this.waits = true;
    return watchResponse(response, this.#watcherOf(type));
  }

  #watcherOf(type: string): ResponseWatch {
    if (type.includes('event-stream')) return new EventsWatcher(this, this.stripsUsage);
    if (type.includes('amazon.eventstream')) return new FramesWatcher(this);
    return new BodyWatcher(this, /json/i.test(type));
  }

  #providerError(body: Json | undefined, status?: number): ProviderError {
    return new ProviderError(status, body, { showsMessage: this.reader.keepsText, headers: this.#headers });
  }

  #watchError(response: Response, another: boolean): Response {
    const { status } = response;
    const fail = (body: string, follows: boolean): void => {
      this.#unreadFailure = undefined;
      this.#attemptFailed(this.#providerError(parseObject(body), status), status, follows);
    };
    if (!isWatchable(response)) {
      fail('', another);
      return response;
    }
    this.#unreadFailure = () => fail('', true);
    return watchResponse(response, new ErrorWatcher((body, broken = false) => fail(body, another && !broken)));
  }

  firstToken(): void {
    this.#call.firstToken();
  }

  /** Where a stream is broken off from this side, its reader left it; where a body is, it took too long. */
  broken(error: unknown): void {
    const aborted = isAbort(error) && (this.signal == null || this.signal.aborted || this.described.stream);
    if (aborted && this.signal !== undefined && !this.signal?.aborted && !this.described.stream) {
      this.end({ error: timeout(error) });
    } else this.end(aborted ? { aborted } : { error });
  }

  end(end: { readonly error?: unknown; readonly aborted?: boolean } = {}): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd?.();
    const { usage, servedModel, error, text } = this.reader.answer;
    const failure = end.error ?? (error === undefined ? undefined : this.#providerError(error as Json));
    this.#call.end({
      usage,
      servedModel,
      httpStatus: this.#status,
      ...(failure !== undefined && { error: failure }),
      ...(end.aborted && error === undefined && { aborted: true }),
      ...(text && { completion: text }),
    });
  }
}

/** What the caller did not break off, the SDK did when its time was over. */
function timeout(cause: unknown): Error {
  return Object.assign(new Error('The model did not answer in time', { cause }), { name: 'TimeoutError' });
}

/** Whoever gives up may say why in any words. */
function abort(reason: unknown): unknown {
  if (isAbort(reason)) return reason;
  return Object.assign(new Error('The caller gave up', { cause: reason }), { name: 'AbortError' });
}

/** Begins a call that goes over HTTP. Rejects only where a budget has no room for it. */
export async function beginExchange(
  observer: AICallObserver,
  provider: string,
  described: DescribedCall,
  report: Report,
): Promise<Exchange> {
  const { model, operation, stream, maxOutputTokens, inputCharacters, prompt } = described;
  const call = await observer.begin({
    provider,
    model,
    operation,
    stream,
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(inputCharacters !== undefined && { inputCharacters }),
    ...(prompt !== undefined && { prompt }),
  });
  return new Exchange(call, described, observer.recordsContent, report);
}
