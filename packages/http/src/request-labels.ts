const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']);

/** A method of RFC 9110 (and QUERY) as it is, any other as `other`. */
export function methodLabel(method: string): string {
  return METHODS.has(method) ? method : 'other';
}

/** Made once, so that no text is made for a request. */
const CODES = Array.from({ length: 1000 }, (_, status) => String(status));
const GROUPS = Array.from({ length: 1000 }, (_, status) => `${Math.floor(status / 100)}xx`);

/** A status code as a label value, `404` or, in groups, `4xx`. */
export function statusLabel(status: number, inGroups: boolean): string {
  return (inGroups ? GROUPS : CODES)[status] ?? 'other';
}
