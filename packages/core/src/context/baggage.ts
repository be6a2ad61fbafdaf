/** Limits of W3C Baggage: what is past them is dropped, member by member. */
const MAX_MEMBERS = 64;
const MAX_BYTES = 8192;

const KEY = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Reads a W3C `baggage` header into a map of decoded values; properties behind `;` are left out. A member that
 * is not well-formed is dropped and the others stay.
 */
export function parseBaggage(header: unknown): ReadonlyMap<string, string> {
  const baggage = new Map<string, string>();
  if (typeof header !== 'string' || header.length > MAX_BYTES) return baggage;
  for (const member of header.split(',')) {
    const [pair = ''] = member.split(';', 1);
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    if (!KEY.test(key) || baggage.size >= MAX_MEMBERS) continue;
    try {
      baggage.set(key, decodeURIComponent(pair.slice(equals + 1).trim()));
    } catch {
      // A stray percent sign: this member only.
    }
  }
  return baggage;
}

/** Writes a `baggage` header, leaving out whatever would take it over the limits. */
export function formatBaggage(baggage: ReadonlyMap<string, string>): string {
  let header = '';
  let members = 0;
  for (const [key, value] of baggage) {
    const member = `${header === '' ? '' : ','}${key}=${encodeURIComponent(value.toWellFormed())}`;
    if (!KEY.test(key) || members >= MAX_MEMBERS || header.length + member.length > MAX_BYTES) continue;
    header += member;
    members++;
  }
  return header;
}
