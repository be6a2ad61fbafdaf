import { OTHER } from './label-words.ts';

/** Past so many different values, new ones are `other`. */
const MOST_VALUES = 100;
/** A longer value is no name but data. */
const LONGEST = 128;

/**
 * Makes a function that lets the first `most` different texts through and calls the rest `other`, as well as whatever is
 * no text or has more than 128 characters.
 *
 * @example
 * const jobLabel = boundedLabel();
 * counter.labels(jobLabel(job.name)).inc();
 */
export function boundedLabel(most: number = MOST_VALUES): (value: unknown) => string {
  const values = new Set<string>();
  return (value) => {
    if (typeof value !== 'string' || value.length > LONGEST || value === OTHER) return OTHER;
    if (values.has(value)) return value;
    if (values.size >= most) return OTHER;
    values.add(value);
    return value;
  };
}
