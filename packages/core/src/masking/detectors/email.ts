import type { Cover, ReadingDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

const LONGEST_LOCAL_PART = 64;
const LONGEST_DOMAIN = 253;
// RFC 5322's atoms as they are used, with letters beyond ASCII (RFC 6531).
const LOCAL = /[\p{L}\p{N}._%+'-]/u;
const DOMAIN =
  /(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}{2,24})(?![\p{L}\p{N}_-])/uy;
/** Ends of names that hold an `@` and are no addresses: `icon@2x.png`, `chunk@1a.js`. */
const FILE =
  /\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico|pdf|[cm]?[jt]sx?|css|scss|html?|json|lock|txt|log|xml|ya?ml|toml|map|wasm|tgz|gz)$/i;

/** E-mail addresses; the domain and the first letter stay, since they help and do not identify. */
export const email: ReadingDetector = {
  name: 'email',
  label: 'EMAIL',
  hints: Hint.at,
  replace: replaceAddresses,
  examples: () => ({
    masks: [
      ['mail to john.doe@example.com failed', 'mail to [EMAIL j***@example.com] failed'],
      ['<a@b.co>', '<[EMAIL ***@b.co]>'],
      ['first+tag@sub.example.co.uk,', '[EMAIL f***@sub.example.co.uk],'],
      ['jörg@exämple.de', '[EMAIL j***@exämple.de]'],
    ],
    keeps: [
      'lodash@4.17.21',
      '@types/node@24.19.2',
      'git@github.com:org/repo.git',
      'icon@2x.png',
      'user@localhost',
      'follow @example.com',
      'a @ b.com',
    ],
  }),
};

function replaceAddresses(text: string, cover: Cover, label: string): string {
  let result = '';
  let copied = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const start = startOfLocalPart(text, at, copied);
    if (start === at) continue;
    DOMAIN.lastIndex = at + 1;
    const domain = DOMAIN.exec(text.length > at + LONGEST_DOMAIN * 2 ? text.slice(0, at + LONGEST_DOMAIN) : text)?.[0];
    if (domain === undefined || FILE.test(domain)) continue;
    const local = text.slice(start, at);
    const end = at + 1 + domain.length;
    // The user of every SSH address of a repository, `git@host:path`.
    if (local === 'git') continue;
    const first = local.length > 1 ? String.fromCodePoint(local.codePointAt(0)!) : '';
    const address = `${local}@${domain}`.toLowerCase();
    result += text.slice(copied, start) + cover(label, address, `${first}***@${domain}`);
    copied = end;
    at = end - 1;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function startOfLocalPart(text: string, at: number, from: number): number {
  const limit = Math.max(from, at - LONGEST_LOCAL_PART);
  let start = at;
  while (start > limit && LOCAL.test(text[start - 1]!)) start--;
  // The letter of an escape, `\n`, belongs to no address, and neither do dots and hyphens before one.
  if (start > 0 && text[start - 1] === '\\' && start < at - 1) start++;
  while (start < at && !/[\p{L}\p{N}_]/u.test(text[start]!)) start++;
  return start;
}
