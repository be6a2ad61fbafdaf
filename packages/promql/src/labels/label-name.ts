import type { Dialect } from '../dialect.ts';

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a label may have this name. */
export function isLabelName(name: string, { anyNames }: Dialect): boolean {
  return anyNames ? name !== '' : PLAIN.test(name);
}
