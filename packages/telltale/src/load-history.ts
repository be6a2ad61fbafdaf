import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loaded when it is first needed: stores and PromQL take as long to load as everything else together. */
export function loadHistory(): typeof import('@telltale/history') {
  return require('@telltale/history');
}

/** The same. */
export function loadPromql(): typeof import('@telltale/promql') {
  return require('@telltale/promql');
}

/** The same. */
export function loadDashboard(): typeof import('@telltale/dashboard') {
  return require('@telltale/dashboard');
}
