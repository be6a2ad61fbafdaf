/** What a label value may be given as; it is written as text. `undefined` and `null` mean "no such label here". */
export type LabelValue = string | number | boolean | undefined | null;

/** A value for each label name, by name. */
export type Labels<N extends readonly string[]> = { readonly [K in N[number]]?: LabelValue };

/** A value for each label name, in the order in which the names were declared. */
export type LabelTuple<N extends readonly string[]> = { readonly [I in keyof N]: LabelValue };

/** Stands for every label of the series that takes what is past an instrument's series limit. */
export const OVERFLOW = '__overflow__';

/** No label value is longer: past it, a value is no longer a category but a text. */
const MAX_LABEL_LENGTH = 256;

/** A label value as the map key it is looked up by. Never throws. */
export function labelText(value: LabelValue): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  // What came past the compiler may have a `toString` of its own.
  return typeof value === 'object' || typeof value === 'function' ? '[object]' : String(value);
}

/** A label value as it may be kept and shown: well-formed Unicode, bounded. Returns the same string where it is fine. */
export function acceptLabelText(value: string): string {
  const bounded = value.length > MAX_LABEL_LENGTH ? `${value.slice(0, MAX_LABEL_LENGTH - 1)}…` : value;
  return bounded.isWellFormed() ? bounded : bounded.toWellFormed();
}

const NEEDS_ESCAPE = /[\\\n"]/;

const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Whether Prometheus takes this as the name of a label; those that begin with `__` are its own. */
export function isLabelName(name: string): boolean {
  return LABEL_NAME.test(name);
}

/** Escapes a label value for the text formats. */
export function escapeLabelValue(value: string): string {
  return NEEDS_ESCAPE.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
    : value;
}

/** `a="1",b="2"`, leaving out empty values, which mean the same as no label. */
export function formatLabels(names: readonly string[], values: readonly string[]): string {
  let text = '';
  for (let i = 0; i < names.length; i++) {
    const value = values[i]!;
    if (value !== '') text += `${text === '' ? '' : ','}${names[i]}="${escapeLabelValue(value)}"`;
  }
  return text;
}
