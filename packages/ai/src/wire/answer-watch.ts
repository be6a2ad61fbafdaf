import { BodyCollector } from './body-collector.ts';
import { EventScanner } from './event-scanner.ts';
import type { Exchange } from './exchange.ts';
import type { BodyWatch } from './flow.ts';
import { UsageStripper } from './usage-stripper.ts';
import type { WholeWatch } from './watch-whole.ts';

/** Watches an answer that is one body. Only what is JSON is read. */
export class BodyWatcher implements WholeWatch {
  readonly #exchange: Exchange;
  readonly #isJson: boolean;
  #body: BodyCollector | undefined;

  constructor(exchange: Exchange, isJson: boolean) {
    this.#exchange = exchange;
    this.#isJson = isJson;
  }

  begun(): void {
    this.#exchange.waits = false;
  }

  whole(body: unknown): void {
    this.#started();
    this.#exchange.reader.whole(body);
    this.#exchange.end();
  }

  chunk(bytes: Uint8Array): Uint8Array {
    this.#started();
    if (this.#isJson) (this.#body ??= new BodyCollector()).push(bytes);
    return bytes;
  }

  done(): undefined {
    const { reader } = this.#exchange;
    if (this.#body !== undefined) {
      const { text, whole } = this.#body.text();
      if (whole) reader.whole(text);
      else reader.tail(text);
    }
    this.#exchange.end();
  }

  failed(error: unknown): void {
    this.#exchange.broken(error);
  }

  cancelled(): void {
    this.#exchange.end({ aborted: true });
  }

  #started(): void {
    if (this.#exchange.reader.started(!this.#isJson)) this.#exchange.firstToken();
  }
}

/** Watches an answer that comes as server-sent events. */
export class EventsWatcher implements BodyWatch {
  readonly #exchange: Exchange;
  readonly #scanner: EventScanner;
  readonly #stripper: UsageStripper | undefined;

  constructor(exchange: Exchange, stripsUsage: boolean) {
    const { reader } = exchange;
    this.#exchange = exchange;
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

  chunk(bytes: Uint8Array): Uint8Array {
    this.#scanner.push(bytes);
    return this.#stripper === undefined ? bytes : this.#stripper.push(bytes);
  }

  done(): Uint8Array | undefined {
    this.#scanner.end();
    this.#exchange.end();
    return this.#stripper?.end();
  }

  failed(error: unknown): void {
    this.#exchange.broken(error);
  }

  cancelled(): void {
    this.#exchange.end({ aborted: !this.#exchange.reader.complete });
  }
}

/** Watches an error's body, which is read where the error goes to the caller, and cancelled where another attempt follows. */
export class ErrorWatcher implements WholeWatch {
  readonly #fail: (body: string, broken?: boolean) => void;
  readonly #body = new BodyCollector();

  constructor(fail: (body: string, broken?: boolean) => void) {
    this.#fail = fail;
  }

  begun(): void {}

  whole(body: unknown): void {
    this.#fail(typeof body === 'string' ? body : JSON.stringify(body));
  }

  chunk(bytes: Uint8Array): Uint8Array {
    this.#body.push(bytes);
    return bytes;
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
}
