import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normaliseStatement } from './normalise.ts';

it.each([
  [
    "SELECT * FROM t WHERE a IN (1, 2,-3) AND b = 'x''y' /* c */ AND d=$1::int[] LIMIT 10 -- z",
    'SELECT * FROM t WHERE a IN (?) AND b = ? AND d=?::int[] LIMIT ?',
  ],
  ["INSERT INTO t (a,b) VALUES (1,'a'), (2,'b'),(3,'c') RETURNING id", 'INSERT INTO t (a,b) VALUES (?) RETURNING id'],
  ['SELECT a-1, -1, count(*)::int FROM t WHERE x>=-5', 'SELECT a-?, count(*)::int FROM t WHERE x>=?'],
  ["SELECT X'AB', E'a\\'b', $$body$$, data->>'k' FROM t", 'SELECT ?, data->>? FROM t'],
  ["SELECT 1 WHERE a = :name AND b = @p AND c::text = ''", 'SELECT ? WHERE a = ? AND b = ? AND c::text = ?'],
  ['SELECT "Order Items"."id" FROM "Order Items"', 'SELECT "Order Items"."id" FROM "Order Items"'],
  ['SET app.key = abcdef', 'SET app.key = ?'],
  ['SET x TO a, y', 'SET x TO ?'],
  ["SELECT * FROM t WHERE a = 'never closed AND b = c", 'SELECT * FROM t WHERE a = ?'],
  ['', ''],
])('leaves no value in %s', (sql, normalised) => {
  expect(normaliseStatement(sql, 'postgres')).toBe(normalised);
});

const SECRET = ['hush', '4711'].join('');

it.each([
  [
    `BEGIN; SET LOCAL app.user_token = ${SECRET}; SELECT 1`,
    'BEGIN; SET LOCAL app.user_token = ?; SELECT ?',
    'postgres',
  ],
  [`; SET x = ${SECRET}`, '; SET x = ?', 'postgres'],
  [`SELECT 1; SET x TO ${SECRET}`, 'SELECT ?; SET x TO ?', 'postgres'],
  [`ALTER ROLE bob SET my.key = ${SECRET}`, 'ALTER ROLE bob SET my.key = ?', 'postgres'],
  [`ALTER DATABASE d SET my.key TO ${SECRET}, b`, 'ALTER DATABASE d SET my.key TO ?', 'postgres'],
  [`SET @x := ${SECRET}`, 'SET ? := ?', 'mysql'],
  [`PRAGMA key(${SECRET})`, 'PRAGMA key(?)', 'sqlite'],
  [`PRAGMA main.key = ${SECRET}`, 'PRAGMA main.key = ?', 'sqlite'],
  [`ATTACH 'a.db' AS b KEY ${SECRET}`, 'ATTACH ? AS b KEY ?', 'sqlite'],
  [
    `SELECT * FROM t WHERE a = q'[it's ${SECRET}]' AND b = nQ'!it's!'`,
    'SELECT * FROM t WHERE a = ? AND b = ?',
    'oracle',
  ],
  [`SELECT q'(it's ${SECRET}`, 'SELECT ?', 'oracle'],
])('leaves no bare word that is a value in %s', (sql, normalised, system) => {
  expect(normaliseStatement(sql, system)).toBe(normalised);
});

it('leaves the words that are none, behind a statement that sets something and in others', () => {
  expect(normaliseStatement('SET LOCAL role = bob; UPDATE orders SET x = y WHERE id = 3', 'postgres')).toBe(
    'SET LOCAL role = ?; UPDATE orders SET x = y WHERE id = ?',
  );
  expect(normaliseStatement('ALTER TABLE t RENAME TO b', 'postgres')).toBe('ALTER TABLE t RENAME TO b');
  expect(normaliseStatement("SELECT q'x' FROM t", 'postgres')).toBe('SELECT q? FROM t');
});

it('takes double quotes for a text in MySQL, and nothing behind a text that can be read in two ways', () => {
  expect(normaliseStatement('SELECT "a" FROM `t`', 'mysql')).toBe('SELECT ? FROM `t`');
  expect(normaliseStatement("SELECT 1 FROM t WHERE a = 'it\\'s' AND b = 'c'", 'mysql')).toBe(
    'SELECT ? FROM t WHERE a = ?…',
  );
  expect(normaliseStatement('PRAGMA key = "abc"', 'sqlite')).toBe('PRAGMA key = ?');
});

it('shows no value, whatever it is and however it is quoted', () => {
  const MARK = 'mark4711';
  const quoted = fc.constantFrom(
    ...["'", "E'", "N'", '$$', '$tag$'].map((open) => {
      const close = open.startsWith('$') ? open : "'";
      return (text: string) =>
        `${open}${open.startsWith('$') ? text.replaceAll('$', '') : text.replaceAll("'", "''").replaceAll('\\', '\\\\')}${close}`;
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), quoted), { minLength: 1, maxLength: 5 }), (values) => {
      const list = values.map(([text, quote]) => quote(`${text}${MARK}`));
      const sql = `INSERT INTO t /* ${'c'} */ VALUES (${list.join(', ')}) ON CONFLICT DO NOTHING`;
      return !normaliseStatement(sql, 'postgres').includes(MARK);
    }),
  );
});
