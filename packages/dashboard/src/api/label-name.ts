import { ApiError } from './api-error.ts';

const ESCAPED = /^U__/;
/** `__` is an underscore, `_2e_` the character of that number, and what else there is stands for itself. */
const PIECES = /__|_([0-9A-Fa-f]{1,6})_|[^_]/gy;
const LARGEST_CODE_POINT = 0x10ffff;

/**
 * The label's name in a path, where a name that is more than letters, digits and underscores may be written
 * `U__http_2e_status`. What is not wholly so escaped stands for itself, as Prometheus has it.
 *
 * @throws {ApiError} where it is no name.
 */
export function unescapeLabelName(subject: string): string {
  let name: string;
  try {
    name = decodeURIComponent(subject);
  } catch {
    throw new ApiError('bad_data', `invalid label name: ${JSON.stringify(subject)}`);
  }
  return ESCAPED.test(name) ? (unescaped(name.slice(3)) ?? name) : name;
}

function unescaped(text: string): string | undefined {
  let name = '';
  let read = 0;
  for (const [piece, code] of text.matchAll(PIECES)) {
    read += piece.length;
    if (piece === '__') name += '_';
    else if (code === undefined) name += piece;
    else {
      const point = Number.parseInt(code, 16);
      if (point > LARGEST_CODE_POINT) return undefined;
      name += String.fromCodePoint(point);
    }
  }
  return read === text.length && name !== '' ? name : undefined;
}
