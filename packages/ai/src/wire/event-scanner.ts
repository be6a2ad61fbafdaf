/** A line longer than this is not kept whole; of its end, enough is kept to find the usage in. */
const LINE_LIMIT = 512 * 1024;
const TAIL = 64 * 1024;
const LF = 10;
const CR = 13;

/** What an {@link EventScanner} finds. */
export interface EventSink {
  /** The data of one event. */
  event(data: string): void;
  /** The end of an event whose beginning was not kept. */
  tail(data: string): void;
  /** Whether some whole events, as they came, are none that anybody needs. */
  isIdle(events: string): boolean;
}

/** Reads server-sent events off bytes that pass by. It keeps no more than one unfinished event, up to a bound. */
export class EventScanner {
  readonly #sink: EventSink;
  readonly #encoding: 'utf8' | 'latin1';
  #rest: Buffer[] = [];
  #restLength = 0;
  #cut = false;
  #lineEnd: number | undefined;
  #data: string | undefined;

  /** JSON's keys and numbers are ASCII: texts that nobody reads need not be decoded. */
  constructor(sink: EventSink, decodesText: boolean) {
    this.#sink = sink;
    this.#encoding = decodesText ? 'utf8' : 'latin1';
  }

  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#isWhole(chunk) && this.#sink.isIdle(chunk.toString('latin1'))) return;
    const lineEnd = (this.#lineEnd ??= lineEndOf(chunk)) ?? LF;
    let from = 0;
    for (let at = chunk.indexOf(lineEnd); at >= 0; at = chunk.indexOf(lineEnd, from)) {
      this.#line(chunk, from, at);
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /** The stream ended: its last event may lack the blank line. */
  end(): void {
    this.#line(Buffer.alloc(0), 0, 0);
    this.#dispatch();
  }

  /** As pieces mostly are: nothing is begun before it, and nothing in it goes on after it. */
  #isWhole(chunk: Buffer): boolean {
    const { length } = chunk;
    const ends = length > 1 && chunk[length - 1] === LF && chunk[length - 2] === LF;
    return ends && this.#restLength === 0 && this.#data === undefined;
  }

  #line(chunk: Buffer, from: number, to: number): void {
    if (this.#restLength > 0) {
      const line = Buffer.concat([...this.#rest, chunk.subarray(from, to)]);
      const cut = this.#cut;
      this.#rest = [];
      this.#restLength = 0;
      this.#cut = false;
      if (cut) this.#sink.tail(line.toString(this.#encoding));
      else this.#text(line, 0, line.length);
    } else {
      this.#text(chunk, from, to);
    }
  }

  #text(line: Buffer, from: number, to: number): void {
    const end = to > from && line[to - 1] === CR ? to - 1 : to;
    if (end === from) {
      this.#dispatch();
      return;
    }
    // "data:" is the one field with something to read.
    if (line[from] !== 100 || line[from + 1] !== 97 || line[from + 2] !== 116 || line[from + 3] !== 97) return;
    if (line[from + 4] !== 58) return;
    const start = line[from + 5] === 32 ? from + 6 : from + 5;
    const text = line.toString(this.#encoding, start, end);
    if (this.#data === undefined) this.#data = text;
    else if (this.#data.length < LINE_LIMIT) this.#data += `\n${text}`;
  }

  #dispatch(): void {
    const data = this.#data;
    if (data === undefined) return;
    this.#data = undefined;
    this.#sink.event(data);
  }

  #keep(piece: Buffer): void {
    // A copy: the bytes are given on, and may be detached.
    this.#rest.push(Buffer.from(piece));
    this.#restLength += piece.length;
    if (this.#restLength <= (this.#cut ? 2 * TAIL : LINE_LIMIT)) return;
    const tail = Buffer.from(Buffer.concat(this.#rest).subarray(-TAIL));
    this.#rest = [tail];
    this.#restLength = tail.length;
    this.#cut = true;
  }
}

/** What ends a stream's lines, as its first line tells; where that ends with its piece, the next one will tell. */
function lineEndOf(chunk: Buffer): number | undefined {
  const at = chunk.indexOf(CR);
  const lf = chunk.indexOf(LF);
  if (lf >= 0 && (at < 0 || lf <= at + 1)) return LF;
  return at >= 0 && at + 1 < chunk.length ? CR : undefined;
}
