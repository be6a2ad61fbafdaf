/** The four types of PromQL. */
export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

const DOCUMENTED: Record<ValueType, string> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
};

/** A type as Prometheus's documentation calls it. */
export function documentedType(type: ValueType): string {
  return DOCUMENTED[type];
}
