const LF = 10;
/** An event that is longer goes on as it comes: the one to be dropped is short. */
const HOLD_LIMIT = 64 * 1024;
const NULL_USAGE = /,\s*"usage"\s*:\s*null/;
const NO_CHOICES = /"choices"\s*:\s*\[\s*\]/;

/**
 * Takes out of a chat stream what is only there because we asked for the usage: the last chunk, which has no choices,
 * and the `"usage":null` of all others. Whole events go on; a part of one, of which nothing could be read yet, waits
 * for its rest. Inside a JSON text no quote is bare, so that what is taken out is never part of an answer.
 */
export class UsageStripper {
  #held: Buffer | undefined;
  #through = false;

  push(bytes: Uint8Array): Uint8Array {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const all = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const end = all.lastIndexOf(LF) + 1;
    this.#held = undefined;
    if (this.#through) {
      if (end === 0) return bytesOf(all);
      this.#through = false;
    }
    const rest = all.subarray(end);
    if (rest.length > HOLD_LIMIT) {
      this.#through = true;
      return bytesOf(Buffer.concat([strip(all.subarray(0, end)), rest]));
    }
    if (rest.length > 0) this.#held = Buffer.from(rest);
    return bytesOf(strip(all.subarray(0, end)));
  }

  end(): Uint8Array | undefined {
    return this.#held && bytesOf(strip(this.#held));
  }
}

/** Bytes with a buffer of their own, as a byte stream takes them. */
function bytesOf(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

function strip(whole: Buffer): Buffer {
  if (!whole.includes('"usage"')) return whole;
  const out: string[] = [];
  let skipBlank = false;
  for (const line of whole.toString('latin1').split(/(?<=\n)/)) {
    const blank = line === '\n' || line === '\r\n';
    if (skipBlank && blank) {
      skipBlank = false;
      continue;
    }
    skipBlank = line.startsWith('data:') && NO_CHOICES.test(line) && /"usage"\s*:\s*\{/.test(line);
    if (!skipBlank) out.push(line.startsWith('data:') ? line.replace(NULL_USAGE, '') : line);
  }
  return Buffer.from(out.join(''), 'latin1');
}
