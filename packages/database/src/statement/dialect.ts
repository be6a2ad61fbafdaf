/** How a database writes what is not code: texts, quoted names, comments. */
export interface Dialect {
  /** `\'` within `'…'` is a quote that does not end the text. */
  readonly backslashEscapes: boolean;
  /** `"…"` is a text rather than a name. */
  readonly doubleQuotedText: boolean;
  /** `#` begins a comment. */
  readonly hashComments: boolean;
  /** `$tag$ … $tag$` is a text. */
  readonly dollarQuotes: boolean;
  /** `[name]` is a quoted name rather than an array. */
  readonly brackets: boolean;
  /** `q'[…]'` is a text that ends with its bracket, or whatever sign stands there. */
  readonly chosenQuotes: boolean;
  /** A block comment may hold others. */
  readonly nestedComments: boolean;
}

const STANDARD: Dialect = {
  backslashEscapes: false,
  doubleQuotedText: false,
  hashComments: false,
  dollarQuotes: false,
  brackets: true,
  chosenQuotes: false,
  nestedComments: false,
};

const POSTGRES: Dialect = { ...STANDARD, dollarQuotes: true, brackets: false, nestedComments: true };
const MYSQL: Dialect = {
  ...STANDARD,
  backslashEscapes: true,
  doubleQuotedText: true,
  hashComments: true,
  brackets: false,
};
const ORACLE: Dialect = { ...STANDARD, brackets: false, chosenQuotes: true };

const DIALECTS: Readonly<Record<string, Dialect>> = {
  postgres: POSTGRES,
  postgresql: POSTGRES,
  cockroachdb: POSTGRES,
  mysql: MYSQL,
  mariadb: MYSQL,
  oracle: ORACLE,
  oracledb: ORACLE,
};

/** The dialect of a system's label; standard SQL, with the names in brackets of SQLite, where it is not known. */
export function dialectOf(system: string): Dialect {
  return DIALECTS[system] ?? STANDARD;
}
