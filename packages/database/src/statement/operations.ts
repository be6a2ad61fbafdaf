/** What a statement does to the transaction of its connection. */
export type TransactionStep = 'begin' | 'commit' | 'rollback';

/** Statements that begin with another word than their operation is called by. */
const ALIASES: Readonly<Record<string, string>> = {
  START: 'BEGIN',
  END: 'COMMIT',
  ABORT: 'ROLLBACK',
  DESC: 'DESCRIBE',
  EXEC: 'EXECUTE',
  TABLE: 'SELECT',
};

const OPERATIONS: ReadonlySet<string> = new Set(
  (
    'SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT VALUES COPY LOAD CALL EXECUTE PREPARE DEALLOCATE DO ' +
    'BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE SET RESET SHOW USE EXPLAIN DESCRIBE PRAGMA ' +
    'CREATE ALTER DROP TRUNCATE RENAME COMMENT GRANT REVOKE REFRESH REINDEX CLUSTER VACUUM ANALYZE OPTIMIZE CHECK ' +
    'REPAIR LOCK UNLOCK LISTEN NOTIFY UNLISTEN DECLARE FETCH MOVE CLOSE DISCARD CHECKPOINT ATTACH DETACH KILL FLUSH HANDLER'
  ).split(' '),
);

/** What stands for whatever is not known, and for tables past the limit. */
export const OTHER = 'other';

/** Stands for the table of a statement that names none. */
export const NO_TABLE = 'none';

/** The label for a statement's first word, in any case; `other` where it is none that is known. */
export function operationLabel(word: string): string {
  const upper = word.length > 12 ? '' : word.toUpperCase();
  const name = ALIASES[upper] ?? upper;
  return OPERATIONS.has(name) ? name : OTHER;
}
