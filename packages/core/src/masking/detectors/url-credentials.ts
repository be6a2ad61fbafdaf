import type { Cover, PatternDetector, ReadingDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

const END_OF_URL = /[\s"'<>`|]/;
const HOST = /^(?:\[[\da-f:.]+\]|[\p{L}\p{N}_.-]+|\/)(?::\d{1,5})?(?:[/?#,;)\]}\\]|$)/u;
const SECRET_USER = /^(?=.*\d)[\w.~%-]{16,}$/;
const MASK = /^\[[A-Z]/;

/** The password in `scheme://user:password@host`, and a user that is itself a token. */
export const urlCredentials: ReadingDetector = {
  name: 'url-credentials',
  label: 'PASSWORD',
  hints: Hint.at,
  words: ['://'],
  replace: replaceCredentials,
  examples: () => ({
    masks: [
      [`postgres://app:${'hunter2'}@db:5432/orders`, 'postgres://app:[PASSWORD]@db:5432/orders'],
      [`redis://:${'p@ss'}@cache/0 down`, 'redis://:[PASSWORD]@cache/0 down'],
      [`mongodb+srv://u:${'a/b?c#d'}@c0.mongodb.net/x?w=1`, 'mongodb+srv://u:[PASSWORD]@c0.mongodb.net/x?w=1'],
      [`https://${'a1b2c3d4e5f6a7b8c9d0'}@o1.ingest.example.com/2`, 'https://[PASSWORD]@o1.ingest.example.com/2'],
    ],
    keeps: [
      'https://example.com/@user/post',
      'https://example.com:8080/a@b',
      'ssh://git@github.com/org/repo',
      'https://registry.example.com/@scope/name',
      'http://localhost:3000',
    ],
  }),
};

function replaceCredentials(text: string, cover: Cover, label: string): string {
  let result = '';
  let copied = 0;
  for (let at = text.indexOf('://'); at !== -1; ) {
    const start = at + 3;
    const next = text.indexOf('://', start);
    const rest = next === -1 ? text.slice(start) : text.slice(start, next);
    const length = rest.search(END_OF_URL);
    const info = userInfo(length === -1 ? rest : rest.slice(0, length));
    if (info !== undefined) {
      result += text.slice(copied, start) + coverUserInfo(info, cover, label);
      copied = start + info.length;
    }
    at = next;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** What stands before the host. A password may hold any character, even those that should have been encoded. */
function userInfo(url: string): string | undefined {
  if (!url.includes('@')) return undefined;
  const authority = url.slice(0, endOfAuthority(url));
  let at = authority.lastIndexOf('@');
  const colon = authority.indexOf(':');
  // `user:secret/with/slashes@host`: no port, so what follows the colon is part of a password.
  if (at === -1 && colon !== -1 && !/^\d{1,5}$/.test(authority.slice(colon + 1))) {
    at = url.lastIndexOf('@');
    if (!HOST.test(url.slice(at + 1, at + 256))) return undefined;
  } else if (at !== -1 && colon !== -1 && colon < at && url.length > authority.length) {
    // An `@` in a path is no part of the password, but one that is followed by a host with a port is.
    const later = url.lastIndexOf('@');
    if (later > at && /^[\w.-]+:\d{2,5}(?:\/|$)/.test(url.slice(later + 1, later + 256))) at = later;
  }
  return at === -1 ? undefined : url.slice(0, at);
}

function endOfAuthority(url: string): number {
  const end = url.search(/[/?#\\]/);
  return end === -1 ? url.length : end;
}

function coverUserInfo(info: string, cover: Cover, label: string): string {
  const colon = info.indexOf(':');
  if (colon === -1) return SECRET_USER.test(info) ? cover(label, info) : info;
  const [user, password] = [info.slice(0, colon), info.slice(colon + 1)];
  if (password === '' || MASK.test(password) || isPlaceholder(password)) {
    return SECRET_USER.test(user) ? `${cover(label, user)}:${password}` : info;
  }
  return `${SECRET_USER.test(user) ? cover(label, user) : user}:${cover(label, password)}`;
}

function isPlaceholder(password: string): boolean {
  return /^(?:\*+|x{3,}|•+|\$\{\w+\}|<[\w-]+>|%s|x-oauth-basic)$/i.test(password);
}

/** `user:password@` before a host with a port, a database or `tcp(`: Go's MySQL driver, Oracle, plain addresses. */
export const addressCredentials: PatternDetector = {
  name: 'address-credentials',
  label: 'PASSWORD',
  hints: Hint.at,
  pattern:
    /(?<![\w.@:/%+-])(?:[\w.-]{1,64}:|thin:[\w.-]{1,64}\/)(?!\/\/|\[)([^\s:@/"'<>[\]]{1,128})(?=@(?:(?:tcp|unix|udp)\(|\/\/[\w.-]+|[\w-]+(?:\.[\w-]+)*:\d{2,5}(?!\d)))/g,
  check: (secret) => !isPlaceholder(secret),
  examples: () => ({
    masks: [
      [`root:${'hunter2'}@tcp(127.0.0.1:3306)/shop`, 'root:[PASSWORD]@tcp(127.0.0.1:3306)/shop'],
      [`dialing admin:${'s3cr3t!'}@db.internal:5432`, 'dialing admin:[PASSWORD]@db.internal:5432'],
    ],
    keeps: ['at 12:30@office', 'image:tag@sha256', 'host:80'],
  }),
};
