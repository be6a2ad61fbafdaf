import type { Matcher } from '@telltale/promql';

/** What the index holds: anything with labels. */
export interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Finds series by matchers. For each label and value it keeps the series that have it, starts from the shortest such
 * list that a matcher allows, and tries the other matchers on what is in it.
 */
export class LabelIndex<T extends Labelled> {
  readonly #all = new Set<T>();
  readonly #postings = new Map<string, Map<string, Set<T>>>();

  get size(): number {
    return this.#all.size;
  }

  /** Everything in it, in the order of addition. */
  all(): Iterable<T> {
    return this.#all;
  }

  add(item: T): void {
    this.#all.add(item);
    for (const name in item.labels) {
      let values = this.#postings.get(name);
      if (values === undefined) this.#postings.set(name, (values = new Map()));
      const value = item.labels[name]!;
      const list = values.get(value);
      if (list === undefined) values.set(value, new Set([item]));
      else list.add(item);
    }
  }

  remove(item: T): void {
    if (!this.#all.delete(item)) return;
    for (const name in item.labels) {
      const values = this.#postings.get(name)!;
      const list = values.get(item.labels[name]!)!;
      list.delete(item);
      if (list.size === 0) values.delete(item.labels[name]!);
      if (values.size === 0) this.#postings.delete(name);
    }
  }

  /** The items that all matchers accept. */
  find(matchers: readonly Matcher[]): T[] {
    let candidates: readonly Iterable<T>[] | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    let chosen: Matcher | undefined;
    for (const matcher of matchers) {
      // Whoever accepts the empty value accepts series that lack the label, which no list has.
      if (matcher.matches('')) continue;
      const lists = this.#listsOf(matcher);
      const count = lists.reduce((sum, list) => sum + list.size, 0);
      if (count >= fewest) continue;
      candidates = lists;
      fewest = count;
      chosen = matcher;
    }
    const tests = matchers.filter((matcher) => matcher !== chosen).map(remembering);
    const found: T[] = [];
    for (const list of candidates ?? [this.#all]) {
      for (const item of list) {
        if (tests.every(({ name, accepts }) => accepts(item.labels[name] ?? ''))) found.push(item);
      }
    }
    return found;
  }

  #listsOf(matcher: Matcher): readonly Set<T>[] {
    const values = this.#postings.get(matcher.name);
    if (values === undefined) return [];
    if (matcher.operator === '=') {
      const list = values.get(matcher.value);
      return list === undefined ? [] : [list];
    }
    const lists: Set<T>[] = [];
    for (const [value, list] of values) if (matcher.matches(value)) lists.push(list);
    return lists;
  }
}

/** A label has few values and many series: each value is tried once. */
function remembering(matcher: Matcher): { readonly name: string; readonly accepts: (value: string) => boolean } {
  const { name } = matcher;
  if (matcher.operator === '=' || matcher.operator === '!=')
    return { name, accepts: (value) => matcher.matches(value) };
  const answers = new Map<string, boolean>();
  const accepts = (value: string): boolean => {
    let answer = answers.get(value);
    if (answer === undefined) answers.set(value, (answer = matcher.matches(value)));
    return answer;
  };
  return { name, accepts };
}
