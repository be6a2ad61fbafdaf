import { dialectOf } from './dialect.ts';
import { findTable, isSign, QUERY_VERBS, wordOf } from './find-table.ts';
import { NO_TABLE, OTHER, operationLabel, type TransactionStep } from './operations.ts';
import { StatementReader, Token } from './reader.ts';

/** What a statement is about. */
export interface StatementFacts {
  /** `SELECT`, `INSERT` and so on, or `other`. */
  readonly operation: string;
  /** The first table that it is about, without its schema; `none` where it names none. */
  readonly table: string;
  /** What it does to the transaction of its connection, one after the other. */
  readonly transaction: readonly TransactionStep[];
}

/** Of a longer statement only so many characters are read. */
export const SCAN_LIMIT = 32_768;
/** No database has longer names (MySQL 64 characters, Postgres 63 bytes). */
const MAX_NAME = 64;

/** Verbs that are followed by the name of what they are about. */
const NAMING = new Set([
  ...QUERY_VERBS,
  ...'TRUNCATE COPY LOCK VACUUM ANALYZE OPTIMIZE CHECK REPAIR CLUSTER'.split(' '),
]);
/** Words between CREATE, ALTER or DROP and the kind of thing. */
const KINDS = new Set(
  'OR REPLACE GLOBAL LOCAL TEMP TEMPORARY UNLOGGED UNIQUE FULLTEXT SPATIAL CLUSTERED NONCLUSTERED FOREIGN VIRTUAL RECURSIVE MATERIALIZED'.split(
    ' ',
  ),
);

/**
 * Operation, table and transaction steps of a statement in time linear in its length. Of several statements the first
 * gives operation and table, and all give their steps.
 */
export function scanStatement(text: string, system: string): StatementFacts {
  const reader = new StatementReader(text, dialectOf(system), SCAN_LIMIT);
  reader.next();
  const { operation, table, transaction } = readStatement(reader);
  const steps = [...transaction];
  while (skipToNext(reader)) steps.push(...readStatement(reader).transaction);
  return { operation, table, transaction: steps };
}

function readStatement(reader: StatementReader): StatementFacts {
  while (isSign(reader, '(') || isSign(reader, ';') || isSign(reader, '{')) reader.next();
  const first = wordOf(reader);
  const operation = operationLabel(first);
  const verb = ABOUT_OTHERS.has(first) ? verbOfOther(reader, first) : first;
  if (verb === 'WITH') {
    const { verb: behind, table } = findTable(reader, verb);
    return facts(operation === OTHER ? operationLabel(behind) : operation, table);
  }
  if (NAMING.has(verb)) return facts(operation, findTable(reader, verb).table);
  switch (verb) {
    case 'CREATE':
    case 'ALTER':
    case 'DROP':
    case 'RENAME':
    case 'REFRESH':
    case 'REINDEX':
      return facts(operation, tableOfDefinition(reader));
    case 'LOAD':
      return facts(operation, skipTo(reader, 'TABLE') ? findTable(reader, verb).table : undefined);
    case 'DESC':
    case 'DESCRIBE':
      return facts(operation, findTable(reader, 'SHOW').table);
    default:
      return facts(operation, undefined, transactionSteps(reader, verb));
  }
}

/** Statements about another statement. */
const ABOUT_OTHERS = new Set(['EXPLAIN', 'PREPARE', 'DECLARE']);

/** Goes on to the statement that is explained, prepared or declared, and gives its verb. */
function verbOfOther(reader: StatementReader, verb: string): string {
  let depth = 0;
  for (let read = 0; read < 64 && reader.next() !== Token.End && !isSign(reader, ';'); read++) {
    if (isSign(reader, '(')) depth++;
    else if (isSign(reader, ')')) depth--;
    const word = wordOf(reader);
    if (word === 'WITH' && verb === 'EXPLAIN' && depth === 0) return word;
    if (QUERY_VERBS.has(word) || (word === 'WITH' && depth === 0 && verb !== 'DECLARE')) return word;
  }
  return verb;
}

function tableOfDefinition(reader: StatementReader): string | undefined {
  do reader.next();
  while (KINDS.has(wordOf(reader)));
  const kind = wordOf(reader);
  if (kind === 'INDEX' && !skipTo(reader, 'ON')) return undefined;
  return kind === 'TABLE' || kind === 'VIEW' || kind === 'INDEX' ? findTable(reader, kind).table : undefined;
}

const ENDS: Readonly<Record<string, TransactionStep>> = {
  COMMIT: 'commit',
  END: 'commit',
  ROLLBACK: 'rollback',
  ABORT: 'rollback',
};

function transactionSteps(reader: StatementReader, verb: string): readonly TransactionStep[] {
  if (verb === 'BEGIN') return ['begin'];
  if (verb === 'START') {
    reader.next();
    return wordOf(reader) === 'TRANSACTION' ? ['begin'] : [];
  }
  const step = ENDS[verb];
  if (step === undefined) return [];
  reader.next();
  if (wordOf(reader) === 'WORK' || wordOf(reader) === 'TRANSACTION') reader.next();
  if (wordOf(reader) === 'TO') return [];
  if (wordOf(reader) !== 'AND') return [step];
  reader.next();
  return wordOf(reader) === 'CHAIN' ? [step, 'begin'] : [step];
}

function skipTo(reader: StatementReader, word: string): boolean {
  while (reader.kind !== Token.End && !isSign(reader, ';')) {
    if (wordOf(reader) === word) return true;
    reader.next();
  }
  return false;
}

/** Goes behind the next `;`; `false` where there is none or nothing follows it. */
function skipToNext(reader: StatementReader): boolean {
  // Looking for the character is far quicker than reading tokens.
  if (reader.text.indexOf(';', reader.start) < 0) return false;
  for (; reader.kind !== Token.End; reader.next()) {
    if (isSign(reader, ';')) return reader.next() !== Token.End;
  }
  return false;
}

function facts(
  operation: string,
  name: string | undefined,
  transaction: readonly TransactionStep[] = [],
): StatementFacts {
  const table = name === undefined || name === '' ? NO_TABLE : name.length > MAX_NAME ? OTHER : name;
  return { operation, table, transaction };
}
