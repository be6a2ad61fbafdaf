/** The path of a request's URL, without its query. */
export function pathOf(url = '/'): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/**
 * The path as it may be shown: what stands where the route's template names a secret (`/reset/:token`) is hidden. The
 * template is of the form `/a/:b`; where the two differ in depth, the path stays as it is.
 */
export function shownPath(path: string, route: string, isSecret: (name: string) => boolean): string {
  if (!route.includes(':')) return path;
  const pattern = route.split('/');
  if (!pattern.some((segment) => segment.startsWith(':') && isSecret(segment.slice(1)))) return path;
  const segments = path.split('/');
  return segments
    .map((segment, i) => (pattern[i]?.startsWith(':') && isSecret(pattern[i].slice(1)) ? '[REDACTED]' : segment))
    .join('/');
}
