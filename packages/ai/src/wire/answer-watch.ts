import { BodyCollector } from './body-collector.ts';
import { EventScanner } from './event-scanner.ts';
import type { Exchange } from './exchange.ts';
import { FrameScanner } from './frame-scanner.ts';
import { bytesOf, likePiece } from './pieces.ts';
import { UsageStripper } from './usage-stripper.ts';
import type { ResponseWatch } from './watch-response.ts';

/** What all have in common: whatever cannot be looked at goes on as it came, and the call is over. */
abstract class AnswerWatcher implements ResponseWatch {
  protected readonly exchange: Exchange;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  begun(): void {
    this.exchange.waits = false;
  }

  chunk(piece: unknown): unknown {
    try {
      return this.look(piece);
    } catch (error) {
      this.lost(error);
      return piece;
    }
  }

  done(): unknown {
    try {
      return this.finish();
    } catch (error) {
      this.lost(error);
      return undefined;
    }
  }

  failed(error: unknown): void {
    this.exchange.broken(error);
  }

  abstract cancelled(): void;

  lost(error: unknown): void {
    this.exchange.lost(error);
  }

  /** Looks at a piece; returns what is given on. */
  protected abstract look(piece: unknown): unknown;

  /** Looks at what is left; returns what is yet to be given on. */
  protected abstract finish(): unknown;
}

/** Watches an answer that is one body. Only what is JSON is read. */
export class BodyWatcher extends AnswerWatcher {
  readonly #isJson: boolean;
  #body: BodyCollector | undefined;

  constructor(exchange: Exchange, isJson: boolean) {
    super(exchange);
    this.#isJson = isJson;
  }

  whole(body: unknown): void {
    try {
      this.#started();
      if (this.#isJson) this.exchange.reader.whole(body);
      this.exchange.end();
    } catch (error) {
      this.lost(error);
    }
  }

  cancelled(): void {
    this.exchange.end({ aborted: true });
  }

  protected look(piece: unknown): unknown {
    this.#started();
    if (this.#isJson) (this.#body ??= new BodyCollector()).push(bytesOf(piece));
    return piece;
  }

  protected finish(): undefined {
    const { reader } = this.exchange;
    if (this.#body !== undefined) {
      const { text, whole } = this.#body.text();
      if (whole) reader.whole(text);
      else reader.tail(text);
    }
    this.exchange.end();
  }

  #started(): void {
    if (this.exchange.reader.started(!this.#isJson)) this.exchange.firstToken();
  }
}

/** Watches an answer that comes as server-sent events. */
export class EventsWatcher extends AnswerWatcher {
  readonly #scanner: EventScanner;
  readonly #stripper: UsageStripper | undefined;
  #last: unknown;

  constructor(exchange: Exchange, stripsUsage: boolean) {
    super(exchange);
    const { reader } = exchange;
    this.#scanner = new EventScanner(
      {
        event: (data) => {
          if (reader.event(data)) exchange.firstToken();
        },
        tail: (data) => reader.tail(data),
        isIdle: (events) => reader.isIdle(events),
      },
      reader.keepsText,
    );
    this.#stripper = stripsUsage ? new UsageStripper() : undefined;
  }

  cancelled(): void {
    this.exchange.end({ aborted: !this.exchange.reader.complete });
  }

  protected look(piece: unknown): unknown {
    const bytes = bytesOf(piece);
    this.#scanner.push(bytes);
    if (this.#stripper === undefined) return piece;
    this.#last = piece;
    return likePiece(piece, this.#stripper.push(bytes));
  }

  protected finish(): unknown {
    this.#scanner.end();
    this.exchange.end();
    return likePiece(this.#last, this.#stripper?.end());
  }
}

/** Watches an answer that comes in Amazon's event stream encoding, as to Anthropic's client of Bedrock. */
export class FramesWatcher extends AnswerWatcher {
  readonly #scanner: FrameScanner;

  constructor(exchange: Exchange) {
    super(exchange);
    const { reader } = exchange;
    this.#scanner = new FrameScanner({
      event: (data) => {
        if (reader.event(data)) exchange.firstToken();
      },
      failed: (type, message) => {
        reader.answer.error = { type, message };
      },
    });
  }

  cancelled(): void {
    this.exchange.end({ aborted: !this.exchange.reader.complete });
  }

  protected look(piece: unknown): unknown {
    if (!this.exchange.over) this.#scanner.push(bytesOf(piece));
    return piece;
  }

  protected finish(): undefined {
    this.exchange.end();
  }
}

/** Watches an error's body, which is read where the error goes to the caller, and cancelled where another attempt follows. */
export class ErrorWatcher implements ResponseWatch {
  readonly #fail: (body: string, broken?: boolean) => void;
  readonly #body = new BodyCollector();

  constructor(fail: (body: string, broken?: boolean) => void) {
    this.#fail = fail;
  }

  begun(): void {}

  whole(body: unknown): void {
    this.#fail(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
  }

  chunk(piece: unknown): unknown {
    try {
      this.#body.push(bytesOf(piece));
    } catch {
      // Of an error that nobody can read, its status is enough.
    }
    return piece;
  }

  done(): undefined {
    this.#fail(this.#body.text().text);
  }

  failed(): void {
    this.#fail(this.#body.text().text, true);
  }

  cancelled(): void {
    this.#fail(this.#body.text().text);
  }

  lost(): void {
    this.#fail('');
  }
}
