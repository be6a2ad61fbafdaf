import { getSystemErrorMap } from 'node:util';
import { errorType } from '@telltale/core';

const SYSTEM_CODES = new Set([...getSystemErrorMap().values()].map(([name]) => name));

/** An error of a connection as a label value: the code where it is one of the system's, else the error's class. */
export function errorCode(error: unknown): string {
  try {
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && SYSTEM_CODES.has(code)) return code;
  } catch {
    // It is nothing, or does not let itself be read.
  }
  return errorType(error);
}
