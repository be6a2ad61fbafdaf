/** Past so many different values of one custom label, new ones are `other`. */
const MAX_VALUES = 100;

/** Lets the first hundred different values through and calls the rest `other`. */
export function boundedLabel(): (value: string) => string {
  const values = new Set<string>();
  return (value) => {
    if (values.has(value)) return value;
    if (values.size >= MAX_VALUES) return 'other';
    values.add(value);
    return value;
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']);

/** A method of RFC 9110 (and QUERY) as it is, any other as `other`. */
export function methodLabel(method: string | undefined): string {
  return method !== undefined && METHODS.has(method) ? method : 'other';
}

const TYPE_NAME = /^[A-Za-z_$][\w$]{0,63}$/;

/** The class of an error, if it looks like one. */
export function errorType(error: unknown): string {
  try {
    if (error instanceof Error) {
      const name = error.name !== 'Error' ? error.name : (error.constructor?.name ?? 'Error');
      return TYPE_NAME.test(name) ? name : 'other';
    }
  } catch {
    return 'other';
  }
  return typeof error === 'object' ? 'other' : typeof error;
}
