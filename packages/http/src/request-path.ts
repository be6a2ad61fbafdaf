/** The path of a request's URL, without its query. */
export function pathOf(url = '/'): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/**
 * Shows paths with what stands where the route's template names a secret (`/reset/:token`) hidden. Templates are of the
 * form `/a/:b`; where one is longer than the path, what it names beyond is not there to be hidden.
 */
export class PathMask {
  /** By template: which of its segments are secrets. Templates are few, and most name none. */
  readonly #secrets = new Map<string, ReadonlySet<number>>();
  #isSecret: ((name: string) => boolean) | undefined;

  /** `isSecret` tells by the name of a parameter whether it is one. */
  shown(path: string, route: string, isSecret: (name: string) => boolean): string {
    if (isSecret !== this.#isSecret) this.#secrets.clear();
    this.#isSecret = isSecret;
    let secrets = this.#secrets.get(route);
    if (secrets === undefined) this.#secrets.set(route, (secrets = secretSegments(route, isSecret)));
    if (secrets.size === 0) return path;
    const segments = path.split('/');
    return segments.map((segment, i) => (secrets.has(i) ? '[REDACTED]' : segment)).join('/');
  }
}

function secretSegments(route: string, isSecret: (name: string) => boolean): ReadonlySet<number> {
  const segments = route.split('/');
  return new Set([...segments.keys()].filter((i) => segments[i]!.startsWith(':') && isSecret(segments[i]!.slice(1))));
}
