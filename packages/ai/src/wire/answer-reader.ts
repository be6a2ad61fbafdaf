import { type Answer, type DescribedCall, type Json, object } from './answer.ts';
import { BODY_LIMIT, objectInTail, parseObject, TAIL } from './body-collector.ts';

const DONE = '[DONE]';

/** Reads a model's answer by the protocol it is in, and keeps what was learned of it. */
export class AnswerReader {
  readonly answer: Answer;
  /** The last event of a stream has come; an SDK that has it need not wait for the end of the connection. */
  complete = false;
  readonly #described: DescribedCall;

  constructor(described: DescribedCall, recordsContent: boolean) {
    this.#described = described;
    this.answer = { usage: described.usage, asked: described.images };
    if (recordsContent) this.answer.text = '';
  }

  get keepsText(): boolean {
    return this.answer.text !== undefined;
  }

  /** A piece of the body came. Whether it was the first of an answer that comes in pieces. */
  started(inPieces: boolean): boolean {
    if (this.answer.started) return false;
    this.answer.started = true;
    return this.#described.stream || inPieces;
  }

  /** Whether nothing is to be learned from events, or from one: the answer has begun, and they only carry more of it. */
  isIdle(events: string): boolean {
    const { answer } = this;
    if (!answer.started || answer.text !== undefined) return false;
    return !this.#described.protocol.matters(events) && !events.includes(DONE);
  }

  /** The data of one event of a stream. Whether the answer itself has begun. */
  event(data: string): boolean {
    if (data.startsWith(DONE)) {
      this.complete = true;
      return false;
    }
    const { answer } = this;
    const { protocol } = this.#described;
    if (this.isIdle(data)) return false;
    const value = parseObject(data);
    if (value === undefined) return false;
    protocol.read(answer, value);
    if (value.type === 'message_stop' || /^response\.(completed|incomplete|failed)$/.test(String(value.type))) {
      this.complete = true;
    }
    return answer.started === true;
  }

  /** The end of what was too long to be kept. */
  tail(tail: string): void {
    const { protocol, operation } = this.#described;
    const usage = objectInTail(tail, protocol.usageKey);
    if (usage !== undefined) protocol.readUsage(this.answer, usage);
    // Beside numbers there is nothing else in it that could be called a model.
    if (operation === 'embeddings') this.answer.servedModel ??= /"model"\s*:\s*"([^"\\]+)"/.exec(tail)?.[1];
  }

  /** A whole body: its text, or what the JSON in it told. */
  whole(body: unknown): void {
    if (typeof body === 'string') this.#text(body);
    else if (object(body) !== undefined) this.#described.protocol.read(this.answer, body as Json);
  }

  /** Of a long text the end is enough: what it is mostly made of are the numbers of embeddings, or an image. */
  #text(text: string): void {
    const value = text.length > BODY_LIMIT ? undefined : parseObject(text);
    if (value === undefined) this.tail(text.length > BODY_LIMIT ? text.slice(-TAIL) : text);
    else this.#described.protocol.read(this.answer, value);
  }
}
