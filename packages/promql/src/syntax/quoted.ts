const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
};

/** Escapes of a fixed number of digits, their base, and whether they name a byte or a code point. */
const NUMERIC: Readonly<Record<string, { readonly digits: number; readonly what: 'byte' | 'code point' }>> = {
  x: { digits: 2, what: 'byte' },
  u: { digits: 4, what: 'code point' },
  U: { digits: 8, what: 'code point' },
};

/**
 * The text that a quoted string stands for. In double and single quotes it has Go's escapes; between backticks it
 * stands for itself.
 *
 * @throws {SyntaxError} saying what is wrong with it.
 */
export function unquote(quoted: string): string {
  const quote = quoted[0]!;
  if (quoted.length < 2 || quoted.at(-1) !== quote) throw new SyntaxError('unterminated quoted string');
  const inner = quoted.slice(1, -1);
  if (quote === '`') return inner.replaceAll('\r', '');
  if (!inner.includes('\\')) {
    if (inner.includes('\n')) throw new SyntaxError('line break in quoted string');
    return inner;
  }
  return new TextDecoder().decode(Uint8Array.from(unescapedBytes(inner, quote)));
}

/** Bytes rather than characters, since `\xff` and `\377` name bytes of UTF-8. */
function unescapedBytes(inner: string, quote: string): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < inner.length; ) {
    const character = String.fromCodePoint(inner.codePointAt(at)!);
    if (character === '\n' || character === quote)
      throw new SyntaxError(`unescaped ${JSON.stringify(character)} in quoted string`);
    at += character.length;
    if (character !== '\\') {
      bytes.push(...new TextEncoder().encode(character));
      continue;
    }
    const code = inner[at] ?? '';
    if (SIMPLE[code] !== undefined || code === quote) {
      bytes.push(SIMPLE[code] ?? code.charCodeAt(0));
      at += 1;
    } else if (NUMERIC[code] !== undefined) {
      const { digits, what } = NUMERIC[code]!;
      const value = digitsAt(inner, at + 1, digits, 16);
      if (what === 'byte') bytes.push(value);
      else if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        throw new SyntaxError(`\\${code} escape is not a valid code point`);
      } else bytes.push(...new TextEncoder().encode(String.fromCodePoint(value)));
      at += 1 + digits;
    } else if (/[0-7]/.test(code)) {
      const value = digitsAt(inner, at, 3, 8);
      if (value > 255) throw new SyntaxError(`octal escape ${value} is above 255`);
      bytes.push(value);
      at += 3;
    } else throw new SyntaxError(`unknown escape \\${code}`);
  }
  return bytes;
}

function digitsAt(text: string, at: number, count: number, base: 8 | 16): number {
  const digits = text.slice(at, at + count);
  const valid = base === 8 ? /^[0-7]+$/ : /^[\da-f]+$/i;
  if (digits.length < count || !valid.test(digits))
    throw new SyntaxError(`escape needs ${count} digits of base ${base}`);
  return Number.parseInt(digits, base);
}
