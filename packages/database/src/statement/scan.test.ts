import { describe, expect, it } from 'vitest';
import { fingerprintOf, normaliseStatement } from './normalise.ts';
import { scanStatement } from './scan.ts';

function label(sql: string, system = 'postgres'): string {
  const { operation, table } = scanStatement(sql, system);
  return `${operation} ${table}`;
}

/** Statement, what it is about, and whose it is where it is not of Postgres. */
const STATEMENTS: readonly (readonly [sql: string, about: string, system?: string])[] = [
  ['SELECT 1', 'SELECT none'],
  ['select * from orders where id=$1', 'SELECT orders'],
  ['SELECT * FROM "public"."Order Items" o', 'SELECT Order Items'],
  ['SELECT EXTRACT(year FROM created_at) FROM orders', 'SELECT orders'],
  ['SELECT EXTRACT(year FROM now())', 'SELECT none'],
  ["SELECT TRIM(BOTH ' ' FROM name), SUBSTRING(x FROM 1 FOR 2) FROM users", 'SELECT users'],
  ['SELECT a IS DISTINCT FROM b FROM t', 'SELECT t'],
  ['SELECT a IS NOT DISTINCT FROM b', 'SELECT none'],
  ['SELECT DISTINCT x FROM t', 'SELECT t'],
  ['SELECT * FROM generate_series(1,10)', 'SELECT none'],
  ['SELECT * FROM generate_series(1,10) g JOIN orders o ON true', 'SELECT orders'],
  ['SELECT * FROM generate_series(1,10) g, orders o', 'SELECT orders'],
  ['SELECT * FROM a, b', 'SELECT a'],
  ['SELECT * FROM (SELECT * FROM orders WHERE x) t JOIN users', 'SELECT orders'],
  ['SELECT (SELECT max(id) FROM a) FROM b', 'SELECT b'],
  ['SELECT EXISTS(SELECT 1 FROM orders)', 'SELECT orders'],
  ['WITH r AS (SELECT * FROM orders) SELECT * FROM r', 'SELECT orders'],
  [
    'WITH RECURSIVE t(n) AS (SELECT id FROM nodes UNION ALL SELECT n.id FROM nodes n JOIN t ON true) SELECT * FROM t',
    'SELECT nodes',
  ],
  ['WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d', 'INSERT b'],
  ['WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d', 'SELECT a'],
  ['WITH d AS MATERIALIZED (SELECT 1), e AS NOT MATERIALIZED (SELECT * FROM z) UPDATE o SET x=1 FROM e', 'UPDATE o'],
  ['WITH d AS (SELECT 1) DELETE FROM q USING d RETURNING *', 'DELETE q'],
  ['INSERT INTO orders (a,b) VALUES (1,2) ON CONFLICT DO UPDATE SET a=1', 'INSERT orders'],
  ['INSERT INTO "s"."t" SELECT * FROM u', 'INSERT t'],
  ['INSERT IGNORE INTO `t` VALUES (1)', 'INSERT t', 'mysql'],
  ['INSERT OR REPLACE INTO t VALUES (1)', 'INSERT t', 'sqlite'],
  ['REPLACE INTO t VALUES (1)', 'REPLACE t', 'mysql'],
  ['UPDATE ONLY orders SET x=1 FROM y', 'UPDATE orders'],
  ['UPDATE orders o JOIN b ON 1 SET x=1', 'UPDATE orders', 'mysql'],
  ['DELETE FROM orders USING b', 'DELETE orders'],
  ['DELETE o FROM orders AS o JOIN x', 'DELETE orders', 'mysql'],
  ['DELETE FROM ONLY orders', 'DELETE orders'],
  ['MERGE INTO orders AS t USING s ON x', 'MERGE orders'],
  ['TRUNCATE TABLE orders, b', 'TRUNCATE orders'],
  ['TRUNCATE orders', 'TRUNCATE orders'],
  ['SELECT * FROM orders FOR UPDATE SKIP LOCKED', 'SELECT orders'],
  ['/* c FROM x */ SELECT -- from y\n * FROM [my table]', 'SELECT my table', 'sqlite'],
  ['SELECT $$ FROM x $$ FROM y', 'SELECT y'],
  ['SELECT $a$ FROM x $b$ $a$ FROM y', 'SELECT y'],
  ["SELECT 'it''s FROM x' FROM y", 'SELECT y'],
  ["SELECT 'it\\'s FROM x' FROM y", 'SELECT y', 'mysql'],
  ["SELECT E'it\\'s FROM x' FROM y", 'SELECT y'],
  ['((SELECT 1) UNION (SELECT * FROM t))', 'SELECT t'],
  ['(SELECT * FROM t)', 'SELECT t'],
  ['EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM t', 'EXPLAIN t'],
  ['EXPLAIN QUERY PLAN SELECT * FROM t', 'EXPLAIN t', 'sqlite'],
  ['EXPLAIN ANALYZE WITH x AS (SELECT * FROM y) SELECT * FROM x', 'EXPLAIN y'],
  ['COPY orders (a,b) FROM STDIN', 'COPY orders'],
  ['COPY (SELECT * FROM t) TO STDOUT', 'COPY t'],
  ['CALL do_it(1)', 'CALL none'],
  ['BEGIN', 'BEGIN none'],
  ['START TRANSACTION', 'BEGIN none'],
  ['ROLLBACK TO SAVEPOINT a', 'ROLLBACK none'],
  ['BEGIN; UPDATE x SET a=1; COMMIT', 'BEGIN none'],
  ['CREATE TABLE IF NOT EXISTS s.orders (id int)', 'CREATE orders'],
  ['CREATE UNIQUE INDEX CONCURRENTLY i ON orders (x)', 'CREATE orders'],
  ['DROP TABLE IF EXISTS orders', 'DROP orders'],
  ['ALTER TABLE ONLY orders ADD x int', 'ALTER orders'],
  ['CREATE TABLE x AS SELECT * FROM y', 'CREATE x'],
  ['VACUUM (FULL) orders', 'VACUUM orders'],
  ['SELECT * FROM ONLY (orders)', 'SELECT orders'],
  ['SELECT * FROM ONLY orders', 'SELECT orders'],
  ['SELECT * FROM users u, LATERAL (SELECT * FROM o) x', 'SELECT users'],
  ['SELECT * FROM LATERAL (SELECT * FROM o) x', 'SELECT o'],
  ['SELECT * FROM (a JOIN b ON true)', 'SELECT a'],
  ['SELECT * FROM (VALUES (1),(2)) v(x)', 'SELECT none'],
  ['VALUES (1)', 'VALUES none'],
  ['TABLE orders', 'SELECT orders'],
  ['SELECT * FROM "select" WHERE "from"=1', 'SELECT select'],
  ['SELECT "from" FROM "order"', 'SELECT order'],
  ['SELECT * FROM größe', 'SELECT größe'],
  ['SELECT * FROM 注文', 'SELECT 注文'],
  ['SELECT * FROM dual', 'SELECT none', 'mysql'],
  ['SELECT NOW() FROM DUAL WHERE EXISTS (SELECT 1 FROM t)', 'SELECT t', 'mysql'],
  ['FOO bar', 'other none'],
  ['', 'other none'],
  ['   -- c', 'other none'],
  ['PRAGMA table_info(x)', 'PRAGMA none', 'sqlite'],
  ['SHOW TABLES', 'SHOW none'],
  ['DESC orders', 'DESCRIBE orders', 'mysql'],
  ['LOCK TABLE orders IN SHARE MODE', 'LOCK orders'],
  ['DECLARE c CURSOR FOR SELECT * FROM t', 'DECLARE t'],
  ['PREPARE p AS SELECT * FROM t', 'PREPARE t'],
  ['SELECT count(*) FROM ?? WHERE x=?', 'SELECT other', 'mysql'],
  ['SELECT * FROM db..orders', 'SELECT orders', 'x'],
  ['select*from(select*from orders)x', 'SELECT orders'],
  ['SELECT ARRAY[1,2] FROM t', 'SELECT t'],
  ['SELECT a[1] FROM t', 'SELECT t'],
  ["select data->>'from' from t", 'SELECT t'],
  ['WITH a AS (WITH b AS (SELECT * FROM c) SELECT * FROM b) SELECT * FROM a', 'SELECT c'],
  ['INSERT INTO t DEFAULT VALUES', 'INSERT t'],
  ['INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x', 'INSERT t'],
  ['SELECT * FROM t1 UNION SELECT * FROM t2', 'SELECT t1'],
  ['SELECT 1 UNION SELECT * FROM t2', 'SELECT t2'],
  ['UPDATE `a`.`b` SET x=1', 'UPDATE b', 'mysql'],
  ['LOAD DATA INFILE "x" INTO TABLE t', 'LOAD t', 'mysql'],
  ['select ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) from t', 'SELECT t'],
  ['SELECT * FROM json_each((SELECT data FROM t)) j', 'SELECT t'],
  ['SELECT * FROM ROWS FROM (generate_series(1,2)) x', 'SELECT none'],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY mv', 'REFRESH mv'],
  ['SET search_path TO x', 'SET none'],
  ['CREATE OR REPLACE VIEW v AS SELECT 1', 'CREATE v'],
  ['CREATE MATERIALIZED VIEW v AS SELECT 1', 'CREATE v'],
  ["SELECT * FROM t WHERE a = 'x' -- '", 'SELECT t'],
  ['SELECT /* a /* nested */ FROM x */ b FROM y', 'SELECT y'],
  ['SELECT a # FROM x\n FROM y', 'SELECT y', 'mysql'],
  ['SELECT U&"\\0041" FROM U&"t"', 'SELECT t'],
  ['DELETE FROM t1, t2 USING t1 JOIN t2', 'DELETE t1', 'mysql'],
  ['SELECT * FROM t AS OF SYSTEM TIME now()', 'SELECT t'],
  ['select current_date from orders', 'SELECT orders'],
  ['INSERT INTO public.orders(id) VALUES ($1)', 'INSERT orders'],
  ['SELECT overlay(a placing b from 3) from t', 'SELECT t'],
  ['SELECT CASE WHEN a THEN (SELECT 1) END FROM t', 'SELECT t'],
  ['SELECT * FROM t WHERE x IN (SELECT y FROM u)', 'SELECT t'],
  ['WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t JOIN orders ON true) SELECT * FROM t', 'SELECT orders'],
  ['SELECT * FROM unnest($1::int[]) WITH ORDINALITY', 'SELECT none'],
  ['VACUUM ANALYZE orders', 'VACUUM orders'],
  ['VACUUM', 'VACUUM none'],
  ['ANALYZE orders', 'ANALYZE orders'],
  ['WITH x AS (SELECT * FROM a) (SELECT * FROM b)', 'SELECT b'],
  ['WITH x AS (SELECT * FROM a) (SELECT * FROM x)', 'SELECT a'],
  ['WITH x (n) AS (SELECT * FROM a), y AS (SELECT * FROM x) SELECT * FROM y', 'SELECT a'],
  ['SELECT STRAIGHT_JOIN a FROM t', 'SELECT t', 'mysql'],
  ["SELECT lower(REPLACE(name, 'a', 'b') COLLATE c) FROM t", 'SELECT t'],
  ["SELECT lower(REPLACE(name, 'a', 'b') COLLATE c)", 'SELECT none'],
  ['INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)', 'INSERT t', 'mysql'],
  ['SELECT TOP 10 * FROM [dbo].[Orders] WITH (NOLOCK)', 'SELECT Orders', 'mssql'],
  ['EXEC do_it', 'EXECUTE none', 'mssql'],
  ['SELECT * FROM json_to_recordset($1) AS x(a int, b text) JOIN orders ON true', 'SELECT orders'],
  ['SELECT * FROM (SELECT 1) x JOIN orders ON true', 'SELECT orders'],
  ["INSERT INTO 'orders' VALUES (1)", 'INSERT orders', 'sqlite'],
  ['ALTER TABLE IF EXISTS ONLY public.orders DROP COLUMN x', 'ALTER orders'],
  ['CREATE INDEX ON orders (x)', 'CREATE orders'],
  ['CREATE TRIGGER t BEFORE INSERT ON orders EXECUTE FUNCTION f()', 'CREATE none'],
  ['GRANT SELECT ON orders TO bob', 'GRANT none'],
  ['DECLARE c CURSOR WITH HOLD FOR SELECT * FROM orders', 'DECLARE orders'],
  ["SELECT $1::jsonb ? 'from' FROM t", 'SELECT t'],
  ['SELECT DISTINCT ON (a) b FROM t', 'SELECT t'],
  ['{ call do_it(?) }', 'CALL none'],
  ['UPDATE orders AS o SET x = (SELECT y FROM b) FROM c', 'UPDATE orders'],
  ['LOCK TABLES orders READ', 'LOCK orders', 'mysql'],
  ['SELECT * FROM orders AS o (a, b), items', 'SELECT orders'],
  ['SELECT a FROM t1 INTERSECT SELECT b FROM t2', 'SELECT t1'],
  ['INSERT orders SET a = 1', 'INSERT orders', 'mysql'],
  ['SELECT * FROM tables WHERE id=1', 'SELECT tables'],
  ['SELECT * FROM tables t', 'SELECT tables'],
  ['UPDATE tables SET seats = 4', 'UPDATE tables'],
  ['INSERT INTO tables (id) VALUES (1)', 'INSERT tables'],
  ['DELETE FROM tables WHERE id=1', 'DELETE tables', 'mysql'],
  ['INSERT INTO local VALUES (1)', 'INSERT local'],
  ['INSERT INTO ignore (a) VALUES (1)', 'INSERT ignore'],
  ['INSERT INTO only (a) VALUES (1)', 'INSERT only', 'sqlite'],
  ['SELECT * FROM only', 'SELECT only', 'sqlite'],
  ['SELECT * FROM only WHERE a = 1', 'SELECT only', 'sqlite'],
  ['UPDATE ignore SET a = 1', 'UPDATE ignore'],
  ['UPDATE ignore AS i SET a = 1', 'UPDATE ignore'],
  ['UPDATE LOW_PRIORITY IGNORE t SET a=1', 'UPDATE t', 'mysql'],
  ['UPDATE OR ROLLBACK t SET a=1', 'UPDATE t', 'sqlite'],
  ['INSERT HIGH_PRIORITY IGNORE INTO t VALUES(1)', 'INSERT t', 'mysql'],
  ['INSERT OVERWRITE TABLE t SELECT 1', 'INSERT t', 'x'],
  ['DELETE QUICK FROM t', 'DELETE t', 'mysql'],
  ['DELETE quick FROM quick JOIN b ON 1', 'DELETE quick', 'mysql'],
  ['MERGE INTO ONLY orders USING b ON true', 'MERGE orders'],
  ['CREATE TABLE tables (id int)', 'CREATE tables'],
  ['DROP TABLE local', 'DROP local'],
  ['REINDEX TABLE CONCURRENTLY orders', 'REINDEX orders'],
  ['CREATE INDEX i ON ONLY orders (x)', 'CREATE orders'],
  ['VACUUM FULL', 'VACUUM none'],
  ['VACUUM FULL VERBOSE orders', 'VACUUM orders'],
  ["VACUUM INTO 'copy.db'", 'VACUUM none', 'sqlite'],
  ['ANALYZE local', 'ANALYZE local'],
  ['ANALYZE LOCAL TABLE orders', 'ANALYZE orders', 'mysql'],
  ['UPSERT INTO t VALUES (1)', 'UPSERT t', 'cockroachdb'],
  ['SELECT messages.from FROM messages', 'SELECT messages'],
  ['SELECT m . from, m.join, 1 FROM messages m', 'SELECT messages'],
  ['SELECT 1 AS from FROM messages', 'SELECT messages'],
  ['SELECT a AS where, b AS from FROM messages', 'SELECT messages'],
  ['SELECT * FROM generate_series(1, 2) AS where, messages', 'SELECT messages'],
  ['SELECT * FROM "we""ird"', 'SELECT we"ird'],
  ['SELECT * FROM `we``ird`', 'SELECT we`ird', 'mysql'],
  ['SELECT * FROM [we]]ird]', 'SELECT we]ird', 'mssql'],
  ['SELECT * FROM "unterminated', 'SELECT unterminated'],
];

it.each('tables local full quick delayed ignore abort rollback replace fail overwrite'.split(' '))(
  'takes %s for a name where a name belongs',
  (name) => {
    expect(label(`SELECT * FROM ${name} WHERE id = 1`)).toBe(`SELECT ${name}`);
    expect(label(`SELECT * FROM f() JOIN ${name} x ON true`)).toBe(`SELECT ${name}`);
    expect(label(`SELECT * FROM ${name} x`)).toBe(`SELECT ${name}`);
    expect(label(`INSERT INTO ${name} VALUES (1)`)).toBe(`INSERT ${name}`);
    expect(label(`UPDATE ${name} SET a = 1`)).toBe(`UPDATE ${name}`);
    expect(label(`DELETE FROM ${name} WHERE id = 1`)).toBe(`DELETE ${name}`);
  },
);

describe('operation and table', () => {
  it.each(STATEMENTS.map(([sql, about, system = 'postgres']) => [sql, about, system] as const))(
    'of %s: %s',
    (sql, about, system) => {
      expect(label(sql, system)).toBe(about);
    },
  );

  it('are the same in any case and with any space, but for the name as it is written', () => {
    expect(label('\n  sElEcT\t*\r\nFrOm\u00a0Orders')).toBe('SELECT Orders');
  });

  it('are other where a name is longer than any database allows', () => {
    expect(label(`SELECT * FROM ${'x'.repeat(65)}`)).toBe('SELECT other');
  });
});

describe('the transaction steps', () => {
  it.each<readonly [sql: string, steps: string]>([
    ['BEGIN', 'begin'],
    ['begin isolation level serializable', 'begin'],
    ['START TRANSACTION READ ONLY', 'begin'],
    ['START SLAVE', ''],
    ['COMMIT', 'commit'],
    ['END', 'commit'],
    ['ROLLBACK', 'rollback'],
    ['ABORT', 'rollback'],
    ['ROLLBACK TO SAVEPOINT a', ''],
    ['ROLLBACK WORK TO a', ''],
    ['SAVEPOINT a', ''],
    ['SELECT 1', ''],
    ['BEGIN; UPDATE t SET a = 1', 'begin'],
    ['BEGIN; UPDATE t SET a = 1; COMMIT;', 'begin commit'],
    ['COMMIT AND CHAIN', 'commit begin'],
    ['COMMIT WORK AND NO CHAIN', 'commit'],
    ['ROLLBACK AND CHAIN', 'rollback begin'],
    ['END TRANSACTION; BEGIN', 'commit begin'],
    ["INSERT INTO t VALUES ('; COMMIT')", ''],
    ['INSERT INTO t VALUES (1); -- COMMIT', ''],
  ])('of %s: %s', (sql, steps) => {
    expect(scanStatement(sql, 'postgres').transaction.join(' ')).toBe(steps);
  });
});

describe('a statement of a megabyte', () => {
  const PIECES = [
    ...[
      '(',
      ')',
      '((',
      'SELECT (',
      "'",
      '"',
      '`',
      '[',
      '$a$',
      '$a',
      '$',
      '$1',
      '/*',
      '/* */',
      '--',
      '--\n',
      '#',
      ';',
      ',',
    ],
    ...[
      'WITH a AS (',
      'a AS (SELECT ',
      'FROM ',
      'FROM a, ',
      'SELECT * FROM a.',
      "'\\",
      'BEGIN;',
      'U&"',
      "E'",
      '.',
      '1e',
      '-',
      '?',
      ':a',
      '@',
    ],
    ...['SELECT 1 UNION ', 'JOIN (', "'a',", '(1,2),', 'DISTINCT FROM ', 'x IS DISTINCT FROM y '],
    ...['FROM ONLY ', 'ONLY /* */ ', 'UPDATE ONLY ', 'SET x = a;', 'SET x = a ', "q'[", 'COMMIT;', '""'],
  ];

  it.each(['postgres', 'mysql', 'sqlite', 'oracle'])(
    'is read and normalised in no time, whatever it is, as %s',
    (system) => {
      const started = process.cpuUsage();
      for (const piece of PIECES) {
        const text = piece.repeat(1_000_000 / piece.length);
        for (const sql of [text, `SELECT ${text}`, `INSERT INTO t VALUES (${text}`]) {
          scanStatement(sql, system);
          fingerprintOf(sql, system);
          expect(normaliseStatement(sql, system).length).toBeLessThanOrEqual(1_002);
        }
      }
      const { user, system: kernel } = process.cpuUsage(started);
      // Quadratic, a single one of them would take minutes.
      expect((user + kernel) / 1_000 / (PIECES.length * 3)).toBeLessThan(100);
    },
  );

  it('has the facts of its beginning', () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => `(${n}, 'x')`).join(', ');
    expect(label(`INSERT INTO t (a, b) VALUES ${rows}`)).toBe('INSERT t');
  });
});
