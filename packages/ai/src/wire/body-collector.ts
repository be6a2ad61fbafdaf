/** A body longer than this is not kept whole: of the many numbers of embeddings, or of an image, nothing is needed. */
export const BODY_LIMIT = 256 * 1024;
/** So much of its end. */
export const TAIL = 32 * 1024;

/** Keeps a body that passes by, or its end where it is long. */
export class BodyCollector {
  #chunks: Buffer[] = [];
  #length = 0;
  #cut = false;

  push(bytes: Uint8Array): void {
    // A copy: the bytes are given on, and may be detached.
    this.#chunks.push(Buffer.from(bytes));
    this.#length += bytes.byteLength;
    if (this.#length <= (this.#cut ? 4 * TAIL : BODY_LIMIT)) return;
    const tail = Buffer.from(Buffer.concat(this.#chunks).subarray(-TAIL));
    this.#chunks = [tail];
    this.#length = tail.length;
    this.#cut = true;
  }

  /** What was kept, and whether that is all. */
  text(): { readonly text: string; readonly whole: boolean } {
    return { text: Buffer.concat(this.#chunks).toString('utf8'), whole: !this.#cut };
  }
}

/** The last object of this name in the end of a JSON text, as in `…,"usage":{"total_tokens":7}}`. */
export function objectInTail(tail: string, name: string): Record<string, unknown> | undefined {
  const found = [...tail.matchAll(new RegExp(`"${name}"\\s*:\\s*\\{`, 'g'))].at(-1);
  if (found === undefined) return undefined;
  const start = found.index + found[0].length - 1;
  let depth = 0;
  for (let at = start; at < tail.length; at++) {
    if (tail[at] === '{') depth++;
    else if (tail[at] === '}' && --depth === 0) return parseObject(tail.slice(start, at + 1));
  }
  return undefined;
}

/** A JSON object, or `undefined` where the text is none. Never throws. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
