import type { AICall, AICallObserver, AICallStart } from '../ai-call.ts';
import { isAbort } from '../is-abort.ts';
import type { Answer, DescribedCall, Json } from './answer.ts';
import { BodyCollector, objectInTail, parseObject } from './body-collector.ts';
import { EventScanner } from './event-scanner.ts';
import { watchBody } from './pass-through.ts';
import { ProviderError } from './provider-error.ts';
import { UsageStripper } from './usage-stripper.ts';

/** What a failed attempt is followed by. */
export interface Retries {
  /** Whether the SDK sends the request again after this answer, or after none. */
  follow(response: Response | undefined): boolean;
}

const NO_RETRIES: Retries = { follow: () => false };

/** One model call over HTTP: its attempts, and the answer to the last of them. */
export class Exchange {
  readonly described: DescribedCall;
  /** Usage was asked for where the caller did not, and must not be seen by them. */
  stripsUsage = false;
  /** Tells whether the caller gave up; `null` where they cannot, `undefined` where it is not known. */
  signal: AbortSignal | null | undefined;
  readonly #call: AICall;
  readonly #answer: Answer;
  #over = false;
  #running = false;
  #onEnd: (() => void) | undefined;
  #unreadFailure: (() => void) | undefined;
  #status: number | undefined;

  constructor(call: AICall, described: DescribedCall, recordsContent: boolean) {
    this.#call = call;
    this.described = described;
    this.#answer = { usage: described.usage, ...(recordsContent && { text: '' }) };
  }

  get over(): boolean {
    return this.#over;
  }

  /** Sends one attempt. What it rejects with, and what it resolves to, is the caller's own. */
  async attempt(send: () => Promise<Response>, retries = NO_RETRIES): Promise<Response> {
    // An answer that nobody looked at was a failure, since another attempt is made.
    this.#unreadFailure?.();
    if (!this.#over) this.#call.attempt();
    this.#running = true;
    let response: Response;
    try {
      response = await send();
    } catch (error) {
      this.#attemptFailed(error, undefined, retries.follow(undefined));
      throw error;
    }
    if (this.#over) return response;
    this.#status = response.status;
    const watched = response.ok ? this.#watchAnswer(response) : this.#watchError(response, retries);
    if (watched !== undefined) return watched;
    if (response.ok) this.#end();
    else this.#attemptFailed(new ProviderError(response.status, undefined), response.status, retries.follow(response));
    return response;
  }

  /** The caller gave up; an attempt that runs will say so itself, one that was to follow will not come. */
  giveUpBetweenAttempts(): void {
    if (!this.#running) this.#end({ aborted: true });
  }

  /** Calls back when the call ends. */
  onEnd(callback: () => void): void {
    this.#onEnd = callback;
  }

  #attemptFailed(error: unknown, status: number | undefined, another: boolean): void {
    this.#running = false;
    const aborted = this.signal === undefined ? isAbort(error) : this.signal?.aborted === true;
    const failure = aborted || !isAbort(error) ? error : timeout(error);
    if (another && !aborted) this.#call.attemptFailed(failure, status);
    else this.#end({ error: failure, aborted });
  }

  #watchAnswer(response: Response): Response | undefined {
    const type = response.headers.get('content-type') ?? '';
    if (type.includes('event-stream')) return this.#watchEvents(response);
    const body = /json/i.test(type) ? new BodyCollector() : undefined;
    return watchBody(response, {
      chunk: (bytes) => {
        if (!this.#answer.started) {
          this.#answer.started = true;
          if (this.described.stream || body === undefined) this.#call.firstToken();
        }
        body?.push(bytes);
        return bytes;
      },
      done: () => {
        if (body !== undefined) this.#readBody(body);
        this.#end();
        return undefined;
      },
      failed: (error) => this.#broken(error),
      cancelled: () => this.#end({ aborted: true }),
    });
  }

  #watchEvents(response: Response): Response | undefined {
    const scanner = new EventScanner(
      { event: (data) => this.#readEvent(data), tail: (data) => this.#readTail(data) },
      this.#answer.text !== undefined,
    );
    const stripper = this.stripsUsage ? new UsageStripper() : undefined;
    return watchBody(response, {
      chunk: (bytes) => {
        scanner.push(bytes);
        return stripper === undefined ? bytes : stripper.push(bytes);
      },
      done: () => {
        scanner.end();
        this.#end();
        return stripper?.end();
      },
      failed: (error) => this.#broken(error),
      // An SDK that has read the last event need not wait for the end of the connection.
      cancelled: () => this.#end({ aborted: !this.#complete }),
    });
  }

  /** An error's body is read where the error goes to the caller, and cancelled unread where another attempt follows. */
  #watchError(response: Response, retries: Retries): Response | undefined {
    const { status } = response;
    const body = new BodyCollector();
    const fail = (another: boolean): void => {
      this.#unreadFailure = undefined;
      const { text } = body.text();
      this.#attemptFailed(new ProviderError(status, parseObject(text)), status, another);
    };
    this.#unreadFailure = () => fail(true);
    return watchBody(response, {
      chunk: (bytes) => {
        body.push(bytes);
        return bytes;
      },
      done: () => {
        fail(retries.follow(response));
        return undefined;
      },
      failed: () => fail(false),
      cancelled: () => fail(retries.follow(response)),
    });
  }

  #complete = false;

  #readEvent(data: string): void {
    if (data.startsWith('[DONE]')) {
      this.#complete = true;
      return;
    }
    const { protocol } = this.described;
    if (this.#answer.started && this.#answer.text === undefined && !protocol.matters(data)) return;
    const value = parseObject(data);
    if (value === undefined) return;
    this.#read(value);
    if (value.type === 'message_stop' || /^response\.(completed|incomplete|failed)$/.test(String(value.type))) {
      this.#complete = true;
    }
    if (this.#answer.started) this.#call.firstToken();
  }

  #readTail(tail: string): void {
    const { protocol } = this.described;
    const usage = objectInTail(tail, protocol.usageKey);
    if (usage !== undefined) protocol.readUsage(this.#answer, usage);
  }

  #readBody(body: BodyCollector): void {
    const { text, whole } = body.text();
    const value = whole ? parseObject(text) : undefined;
    if (value !== undefined) this.#read(value);
    else this.#readTail(text);
  }

  #read(value: Json): void {
    this.described.protocol.read(this.#answer, value);
  }

  /** Where a stream is broken off from this side, its reader left it; where a body is, it took too long. */
  #broken(error: unknown): void {
    const aborted = isAbort(error) && (this.signal == null || this.signal.aborted || this.described.stream);
    if (aborted && this.signal !== undefined && !this.signal?.aborted && !this.described.stream) {
      this.#end({ error: timeout(error) });
    } else this.#end(aborted ? { aborted } : { error });
  }

  #end(end: { readonly error?: unknown; readonly aborted?: boolean } = {}): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd?.();
    const { usage, servedModel, error, text } = this.#answer;
    const failure = end.error ?? (error === undefined ? undefined : new ProviderError(undefined, error as Json));
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

/** Begins a call that goes over HTTP. Rejects only where a budget has no room for it. */
export async function beginExchange(
  observer: AICallObserver,
  provider: string,
  described: DescribedCall,
): Promise<Exchange> {
  const { protocol: _, usage: __, ...start } = described;
  const call = await observer.begin({ provider, ...start } as AICallStart);
  return new Exchange(call, described, observer.recordsContent);
}
