const WORD = /^[A-Za-z0-9_][\w.:/-]{0,63}$/;
const IDENTIFIER = /^[A-Za-z_$][\w$]{0,99}$/;

/** What stands in a label for whatever cannot stand there itself. */
export const OTHER = 'other';

/** A name that code gave, as a label value; a text, or what could be one, is `other`. */
export function labelWord(value: unknown): string {
  return typeof value === 'string' && WORD.test(value) ? value : OTHER;
}

/**
 * The class of an error as a label value. Anything but an error, and a class without a proper name, is `other`;
 * `error.name` is not looked at, since it can be made of data.
 */
export function errorType(error: unknown): string {
  try {
    if (!(error instanceof Error)) return OTHER;
    const { name } = error.constructor;
    return typeof name === 'string' && IDENTIFIER.test(name) ? name : OTHER;
  } catch {
    return OTHER;
  }
}
