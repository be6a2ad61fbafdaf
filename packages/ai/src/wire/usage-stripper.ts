import { parseObject } from './body-collector.ts';

/** An event that is longer goes on as it comes: the one to be dropped is short. */
const HOLD_LIMIT = 64 * 1024;
/** What ends an event, whatever ends its lines. */
const BLANK_LINE = /\r\n\r\n|\n\n|\r\r|\n\r\n/g;
const LONGEST_BLANK_LINE = 4;
const LINES = /(?<=\n|\r(?!\n))/;
const USAGE = '"usage"';
const NULL_USAGE = /(?<=data:\s*\{)\s*"usage"\s*:\s*null\s*,|,\s*"usage"\s*:\s*null(?=\s*[,}])/;

/**
 * Takes out of a chat stream what is only there because we asked for the usage: the event without choices that tells it,
 * and the `"usage":null` of all others. Whole events go on; a part of one waits for its rest. What is not as expected,
 * being no JSON or too long, goes on as it came.
 */
export class UsageStripper {
  /** A character is a byte. */
  #held = '';
  /** So much of it was given on already: it is the end of an event that is too long, kept to find the blank line. */
  #given = 0;

  push(bytes: Uint8Array): Uint8Array {
    const text = this.#held + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    let out = '';
    let from = 0;
    for (const { index, 0: blankLine } of text.matchAll(BLANK_LINE)) {
      const end = index + blankLine.length;
      out += this.#given > 0 ? text.slice(this.#given, end) : strip(text.slice(from, end));
      this.#given = 0;
      from = end;
    }
    this.#held = text.slice(from);
    if (this.#given > 0 || this.#held.length > HOLD_LIMIT) {
      out += this.#held.slice(this.#given);
      this.#held = this.#held.slice(1 - LONGEST_BLANK_LINE);
      this.#given = this.#held.length;
    }
    return bytesOf(out);
  }

  /** What was held, when the stream is over: its last event may lack the blank line. */
  end(): Uint8Array {
    return bytesOf(this.#given > 0 ? '' : strip(this.#held));
  }
}

/** Bytes with a buffer of their own, as a byte stream takes them. */
function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** Inside a JSON text no quote is bare: what is looked for is never part of an answer. */
function strip(event: string): string {
  const at = event.indexOf(USAGE);
  if (at < 0) return event;
  // As nearly all are: it is there once, and need not be parsed.
  const short = event.indexOf(USAGE, at + 1) < 0 ? event.replace(NULL_USAGE, '') : event;
  return short === event ? stripParsed(event) : short;
}

function stripParsed(event: string): string {
  const lines = event.split(LINES);
  const data = lines.map(dataOf);
  const value = parseObject(data.filter((text) => text !== undefined).join('\n'));
  if (value?.usage === undefined) return event;
  const { usage, ...rest } = value;
  if (usage !== null) return Array.isArray(rest.choices) && rest.choices.length === 0 ? '' : event;
  const first = data.findIndex((text) => text !== undefined);
  const last = data.findLastIndex((text) => text !== undefined);
  const ends = /[\r\n]*$/.exec(lines[last]!)![0];
  const others = (from: number, to: number): string =>
    lines.filter((_, i) => i >= from && i < to && data[i] === undefined).join('');
  return `${others(0, first)}data: ${JSON.stringify(rest)}${ends}${others(first, lines.length)}`;
}

/** The first line of a stream may begin with a mark of its byte order. */
function dataOf(line: string): string | undefined {
  return /^(?:\xef\xbb\xbf)?data:([^\r\n]*)/.exec(line)?.[1];
}
