/** Texts outside these lengths are not remembered: short ones are read as fast, long ones seldom come again. */
const SHORTEST = 12;
const LONGEST = 512;
/** A power of two. Few, since a text that is part of another keeps all of that in memory. */
const SLOTS = 128;

/**
 * Remembers what a look at the latest texts gave, for a service logs the same routes, statements, user agents and
 * messages for ever. Only a result in `keep`'s sense is kept, so that no secret stays in memory. A text that is not
 * remembered costs a few nanoseconds more.
 */
export function rememberLooks(
  look: (text: string) => number,
  keep: (result: number) => boolean,
): (text: string) => number {
  const texts: string[] = new Array<string>(SLOTS).fill('');
  const results = new Int32Array(SLOTS);

  return function lookAgain(text) {
    const { length } = text;
    if (length < SHORTEST || length > LONGEST) return look(text);
    const slot =
      (length * 31 + text.charCodeAt(4) * 7 + text.charCodeAt(length >> 1) * 13 + text.charCodeAt(length - 1)) &
      (SLOTS - 1);
    if (texts[slot] === text) return results[slot]!;
    const result = look(text);
    if (keep(result)) {
      texts[slot] = text;
      results[slot] = result;
    }
    return result;
  };
}
