import { type Cover, filler, type ReadingDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

/** Words with dots between them. The look behind keeps a long word from being read again from each of its characters. */
const DOTTED = /(?<![\w-])[\w-]+(?:\.[\w-]*)+/g;
/** Base64 of how a JSON object begins: `{"`, `{ "` or `{` and a line end. */
const OBJECT = /ey[JA]|ew[o0]/;

/**
 * JSON web tokens: signed (RFC 7519), encrypted (RFC 7516), without a signature, and cut off after the second part.
 */
export const jwt: ReadingDetector = {
  name: 'jwt',
  label: 'JWT',
  hints: Hint.base64 | Hint.long,
  words: ['eyJ', 'eyA', 'ewo', 'ew0'],
  replace: replaceTokens,
  examples: () => {
    const header = ['eyJ', 'hbGciOiJIUzI1NiJ9'].join('');
    const payload = ['eyJ', 'zdWIiOiIxMjM0NTY3ODkwIn0'].join('');
    return {
      masks: [
        [`token ${header}.${payload}.${filler('alphanumeric', 43)} expired`, 'token [JWT] expired'],
        [`${header}.${payload}.`, '[JWT]'],
        [`\\n${header}.${payload}.abcdef`, '\\n[JWT]'],
        [`${header}..${filler('alphanumeric', 16)}.${filler('hex', 40)}.${filler('hex', 22)}`, '[JWT]'],
      ],
      keeps: ['eyJ', 'eyJhbGciOiJIUzI1NiJ9', 'eye.exam.result', 'eyJournal.module.ts', 'www.example.com'],
    };
  },
};

function replaceTokens(text: string, cover: Cover, label: string): string {
  return text.replace(DOTTED, (word) => {
    const parts = word.split('.');
    let before = 0;
    for (const [index, part] of parts.entries()) {
      const at = part.search(OBJECT);
      const end = at === -1 ? 0 : lastPart(parts, index);
      if (end > 0 && part.length - at >= 12) {
        const token = [part.slice(at), ...parts.slice(index + 1, end + 1)].join('.');
        const rest = parts.slice(end + 1);
        return word.slice(0, before + at) + cover(label, token) + (rest.length === 0 ? '' : `.${rest.join('.')}`);
      }
      before += part.length + 1;
    }
    return word;
  });
}

/** The index of the last part of the token whose header is `parts[first]`, 0 if it is none. */
function lastPart(parts: readonly string[], first: number): number {
  const [payload, signature] = [parts[first + 1], parts[first + 2]];
  if (payload === undefined) return 0;
  const isObject = payload.length >= 8 && OBJECT.test(payload.slice(0, 3));
  if (isObject) return signature === undefined ? first + 1 : first + 2;
  // Five parts, of which the second is the encrypted key, empty where there is none.
  const encrypted = parts[first + 3] !== undefined && parts[first + 4] !== undefined && signature!.length >= 8;
  if (encrypted && parts[first + 3]!.length >= 4) return first + 4;
  // Three parts with a payload that is no JSON object.
  return payload.length >= 8 && signature !== undefined && signature.length >= 20 ? first + 2 : 0;
}
