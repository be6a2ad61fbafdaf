import { type Cover, filler, type ReadingDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

const ATTRIBUTE = /; ?(?:path=\/|httponly|samesite=|max-age=|expires=|domain=|secure(?![\w-])|partitioned)/i;
const COOKIE = /(?<![\w.%+!#$&'*^`|~-])([\w.%+!#$&'*^`|~-]{1,128})=([^\s;,"\\=]{1,4096}={0,2})(?=;)/g;
const ATTRIBUTES = /^(?:path|samesite|max-age|expires|domain|version|priority)$/i;

/** Cookies that a server sets (RFC 6265), known by their attributes. */
export const setCookie: ReadingDetector = {
  name: 'set-cookie',
  label: 'COOKIE',
  hints: Hint.name,
  words: [';'],
  quick: (text) => ATTRIBUTE.test(text),
  replace: replaceCookies,
  examples: () => ({
    masks: [
      [`sid=${filler('alphanumeric', 20)}; Path=/; HttpOnly`, 'sid=[COOKIE]; Path=/; HttpOnly'],
      [`__Host-id=${filler('hex', 20)}; Secure; SameSite=Lax`, '__Host-id=[COOKIE]; Secure; SameSite=Lax'],
    ],
    keeps: ['a=b; c=d', 'text/html; charset=utf-8', 'max-age=3600; path=/'],
  }),
};

function replaceCookies(text: string, cover: Cover, label: string): string {
  return text.replace(COOKIE, (pair, name: string, value: string) =>
    ATTRIBUTES.test(name) || value.startsWith('[') ? pair : `${name}=${cover(label, value)}`,
  );
}
