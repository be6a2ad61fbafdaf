import { parseObject } from './body-collector.ts';

/** Amazon's own limit is 24 MiB; what a model says in one message is far less. */
const FRAME_LIMIT = 4 * 1024 * 1024;
const PRELUDE = 12;
const CHECKSUM = 4;

/** What a {@link FrameScanner} finds. */
export interface FrameSink {
  /** An event of the model's own protocol. */
  event(data: string): void;
  failed(type: string | undefined, message: unknown): void;
}

/**
 * Reads a model's events off a body in Amazon's event stream encoding
 * (https://smithy.io/2.0/aws/amazon-eventstream.html) that passes by. Checksums are left to whoever reads it.
 */
export class FrameScanner {
  readonly #sink: FrameSink;
  #rest: Buffer = Buffer.alloc(0);

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Throws where it is no such stream. */
  push(bytes: Uint8Array): void {
    // A copy: the bytes are given on, and may be detached.
    let rest = Buffer.concat([this.#rest, bytes]);
    while (rest.length >= PRELUDE) {
      const total = rest.readUInt32BE(0);
      const start = PRELUDE + rest.readUInt32BE(4);
      if (total > FRAME_LIMIT || start + CHECKSUM > total)
        throw new RangeError('A message of an event stream is too long');
      if (rest.length < total) break;
      this.#message(rest.toString('latin1', PRELUDE, start), rest.toString('utf8', start, total - CHECKSUM));
      rest = rest.subarray(total);
    }
    this.#rest = rest;
  }

  #message(headers: string, payload: string): void {
    const value = parseObject(payload);
    if (typeof value?.bytes === 'string') this.#sink.event(Buffer.from(value.bytes, 'base64').toString('utf8'));
    // Behind a header's name come the type of its value and two bytes of its length.
    else if (headers.includes('exception')) {
      this.#sink.failed(/:exception-type[\s\S]{3}(\w+)/.exec(headers)?.[1], value?.message);
    }
  }
}
