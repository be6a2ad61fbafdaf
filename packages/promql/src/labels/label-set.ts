import { compareText } from './compare.ts';

/** The label that holds a metric's name. */
export const METRIC_NAME = '__name__';

/** An immutable set of labels, sorted by name. A label with an empty value does not exist. */
export class LabelSet {
  static readonly empty = new LabelSet([], []);
  readonly names: readonly string[];
  readonly values: readonly string[];
  #key: string | undefined;

  /** The names must be sorted and unique, and no value empty. */
  private constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.values = values;
  }

  static from(record: Readonly<Record<string, string>>): LabelSet {
    const names: string[] = [];
    for (const name in record) if (record[name] !== '' && record[name] !== undefined) names.push(name);
    names.sort(compareText);
    return new LabelSet(
      names,
      names.map((name) => record[name]!),
    );
  }

  /** The label's value, or an empty string. */
  get(name: string): string {
    const at = this.names.indexOf(name);
    return at < 0 ? '' : this.values[at]!;
  }

  /** The same for equal sets and different for different ones, whatever characters they hold. */
  get key(): string {
    return (this.#key ??= this.keyOf((_) => true));
  }

  /** Like `key`, for those labels only whose names are accepted. */
  keyOf(accept: (name: string) => boolean): string {
    let key = '';
    for (let index = 0; index < this.names.length; index++) {
      const name = this.names[index]!;
      if (!accept(name)) continue;
      const value = this.values[index]!;
      key += `${name.length}:${name}${value.length}:${value}`;
    }
    return key;
  }

  filter(accept: (name: string) => boolean): LabelSet {
    const names: string[] = [];
    const values: string[] = [];
    for (let index = 0; index < this.names.length; index++) {
      if (!accept(this.names[index]!)) continue;
      names.push(this.names[index]!);
      values.push(this.values[index]!);
    }
    return names.length === this.names.length ? this : new LabelSet(names, values);
  }

  without(dropped: readonly string[]): LabelSet {
    return this.filter((name) => !dropped.includes(name));
  }

  keep(kept: readonly string[]): LabelSet {
    return this.filter((name) => kept.includes(name));
  }

  /** With a label set; an empty value takes it away. */
  with(name: string, value: string): LabelSet {
    return LabelSet.from({ ...this.toRecord(), [name]: value });
  }

  toRecord(): Record<string, string> {
    const record: Record<string, string> = {};
    for (let index = 0; index < this.names.length; index++) record[this.names[index]!] = this.values[index]!;
    return record;
  }

  /** As Prometheus writes it: `name{label="value"}`. */
  toString(): string {
    const pairs: string[] = [];
    for (let index = 0; index < this.names.length; index++) {
      if (this.names[index] !== METRIC_NAME) pairs.push(`${this.names[index]}=${JSON.stringify(this.values[index])}`);
    }
    const name = this.get(METRIC_NAME);
    return name !== '' && pairs.length === 0 ? name : `${name}{${pairs.join(', ')}}`;
  }
}

/** Prometheus's order of series: label by label, names before values, fewer labels first. */
export function compareLabels(a: LabelSet, b: LabelSet): number {
  const shorter = Math.min(a.names.length, b.names.length);
  for (let index = 0; index < shorter; index++) {
    const order = compareText(a.names[index]!, b.names[index]!) || compareText(a.values[index]!, b.values[index]!);
    if (order !== 0) return order;
  }
  return a.names.length - b.names.length;
}
