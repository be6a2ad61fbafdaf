/** Past so many different job names in one queue, new ones are `other`. */
const MAX_NAMES = 100;
/** A longer name is no name but data. */
const MAX_LENGTH = 100;

/** Lets the first different names through, a hundred unless told otherwise, and calls the rest `other`. */
export function boundedLabel(limit = MAX_NAMES): (name: unknown) => string {
  const names = new Set<string>();
  return (name) => {
    if (typeof name !== 'string' || name.length > MAX_LENGTH) return 'other';
    if (names.has(name)) return name;
    if (names.size >= limit) return 'other';
    names.add(name);
    return name;
  };
}
