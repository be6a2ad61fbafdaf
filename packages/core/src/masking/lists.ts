/** Names of headers that are no values, for a list of names looks like a list of names and values. */
const HEADER_NAMES = new Set(
  `accept accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-encoding
  content-length content-type cookie date etag expires forwarded host if-match if-none-match keep-alive location origin
  pragma range referer referrer set-cookie te trailer transfer-encoding upgrade user-agent vary via x-api-key x-auth-token
  x-csrf-token x-forwarded-for x-forwarded-host x-forwarded-proto x-request-id x-requested-with x-xsrf-token
  proxy-authorization www-authenticate`.split(/\s+/),
);

const HEADER = /^(?:authorization|cookie2?|(?:[a-z0-9]+-)+[a-z0-9]+)$/i;

type IsSecretKey = (key: string) => boolean;

/**
 * Whether `list[index]` is the value after a secret's name: in a list of headers as Node gives them, names and values in
 * turn, or in a pair that is itself an item of a list of pairs, in which case `list` is the pair.
 */
export function isSecretItem(list: readonly unknown[], index: number, isSecretKey: IsSecretKey): boolean {
  if (index % 2 === 0 || list.length % 2 !== 0) return false;
  const name = list[index - 1];
  if (typeof name !== 'string' || !isSecretKey(name)) return false;
  const value = list[index];
  if (!HEADER.test(name)) return false;
  return !(typeof value === 'string' && HEADER_NAMES.has(value.toLowerCase()));
}

/** Whether every item of a list is a name with a value: `Object.entries(headers)`. */
export function isListOfPairs(list: readonly unknown[]): list is readonly (readonly [string, unknown])[] {
  return (
    list.length > 0 && list.every((item) => Array.isArray(item) && item.length === 2 && typeof item[0] === 'string')
  );
}

const VALUE: ReadonlySet<string> = new Set(['value']);
/** The private parts of a key as JSON: RFC 7518, sections 6.2.2, 6.3.2 and 6.4. */
const JWK_PARTS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);
const NONE: ReadonlySet<string> = new Set();

/**
 * The keys that are secret because of what else is in the object: `value` beside the name or the key of a secret, and
 * the private parts of a JSON Web Key.
 */
export function secretFields(object: object, isSecretKey: IsSecretKey): ReadonlySet<string> {
  if (Object.hasOwn(object, 'kty')) return JWK_PARTS;
  if (!Object.hasOwn(object, 'value')) return NONE;
  const { name, key, field, header } = object as Record<string, unknown>;
  return [name, key, field, header].some((label) => typeof label === 'string' && isSecretKey(label)) ? VALUE : NONE;
}

/** Fetch's Headers and FormData, and what is made like them. Of most objects it looks at one property. */
export function isHeaders(object: object): object is object & Iterable<readonly [string, unknown]> {
  if (typeof (object as { [Symbol.iterator]?: unknown })[Symbol.iterator] !== 'function') return false;
  const { append, entries, getSetCookie, forEach } = object as Record<string, unknown>;
  if (typeof append !== 'function' || typeof entries !== 'function') return false;
  const tag = (object as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return tag === 'Headers' || tag === 'FormData' || typeof getSetCookie === 'function' || typeof forEach === 'function';
}
