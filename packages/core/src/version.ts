import { readFileSync } from 'node:fs';

/** The version of this package, which all of Telltale's packages share. */
export const TELLTALE_VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
