import { OTHER } from './operations.ts';
import { type StatementReader, Token } from './reader.ts';

/** Verbs that may stand in parentheses, behind WITH, or behind EXPLAIN. */
export const QUERY_VERBS = words('SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT VALUES TABLE');

/** Words that may stand between a verb and the name of what it is about; where no name follows, they are one. */
const MODIFIERS: Readonly<Record<string, ReadonlySet<string>>> = {
  INSERT: words('LOW_PRIORITY DELAYED HIGH_PRIORITY IGNORE OVERWRITE TABLE INTO'),
  REPLACE: words('LOW_PRIORITY DELAYED INTO'),
  UPSERT: words('INTO'),
  UPDATE: words('LOW_PRIORITY IGNORE ONLY'),
  DELETE: words('LOW_PRIORITY QUICK IGNORE'),
  MERGE: words('INTO'),
  TRUNCATE: words('TABLE ONLY'),
  LOCK: words('TABLE TABLES ONLY'),
  COPY: words('BINARY'),
  VACUUM: words('FULL FREEZE VERBOSE ANALYZE'),
  ANALYZE: words('VERBOSE LOCAL NO_WRITE_TO_BINLOG TABLE TABLES'),
  OPTIMIZE: words('LOCAL NO_WRITE_TO_BINLOG TABLE TABLES'),
  REPAIR: words('LOCAL NO_WRITE_TO_BINLOG TABLE TABLES'),
  CHECK: words('TABLE TABLES'),
  CLUSTER: words('VERBOSE'),
  TABLE: words('IF NOT EXISTS ONLY CONCURRENTLY'),
  VIEW: words('IF NOT EXISTS CONCURRENTLY'),
  INDEX: words('ONLY'),
};
/** The same between INTO, FROM or JOIN and a name. */
const INTO_MODIFIERS = words('TABLE');
const FROM_MODIFIERS = words('ONLY LATERAL');
const NO_MODIFIERS: ReadonlySet<string> = new Set();
/** Modifiers that need no name behind them: no database takes them for one there. */
const RESERVED_MODIFIERS = words('INTO FULL FREEZE VERBOSE ANALYZE');
/** Words that stand where a name was looked for only if there is none. */
const NO_NAMES = words('SELECT WHERE SET VALUES ON GROUP ORDER LIMIT HAVING UNION DUAL DEFAULT INTO');
/** Words that come behind a name, and show that the one before them is it. */
const BEHIND_NAMES = words(
  'SELECT WHERE SET VALUES ON GROUP ORDER LIMIT HAVING UNION DEFAULT AS USING RETURNING ' +
    'JOIN INNER LEFT RIGHT FULL CROSS NATURAL INTERSECT EXCEPT FOR OFFSET FETCH WINDOW',
);
/** Words that end a FROM clause, so that a comma is no longer one between tables. */
const AFTER_FROM = words('WHERE GROUP ORDER HAVING LIMIT WINDOW UNION INTERSECT EXCEPT FOR OFFSET FETCH SET SELECT');
/** Words of a WITH clause that name nothing. */
const WITH_WORDS = words('RECURSIVE AS NOT MATERIALIZED');

/** Deeper parentheses are passed over. */
const MAX_DEPTH = 100;

/** What is known of one level of parentheses. */
interface Level {
  /** The statement's verb where it is a (sub)query, else ''. */
  verb: string;
  /** Which name is to come: the one after FROM or JOIN, or the one that a verb changes. */
  expects: 'nothing' | 'source' | 'target' | 'source or alias';
  /** Words that may come before that name. */
  modifiers: ReadonlySet<string>;
  inFrom: boolean;
  table: string | undefined;
  /** Where no table is named: the one behind a common table expression, within a subquery, or MySQL's alias. */
  instead: string | undefined;
  /** The common table expression that this level is. */
  readonly common: string | undefined;
  /** At a level with WITH: the name of the common table expression that is next. */
  next: string | undefined;
  /** It stands where a table could. */
  readonly isSource: boolean;
}

/** What was found of a statement. */
interface Found {
  /** The verb, behind WITH the one of the query itself. */
  readonly verb: string;
  readonly table: string | undefined;
}

/**
 * Reads on from behind `verb` to the first table that the statement itself names, and no further. Where it names
 * none, it is the first table behind the common table expression that it reads from, or in a subquery.
 */
export function findTable(reader: StatementReader, verb: string): Found {
  const common = new Map<string, string | undefined>();
  const main = level(verb, false, undefined);
  const levels = [main];
  let tooDeep = 0;
  let before = '';
  let beforeThat = '';
  /** What comes behind `.` or AS is a name, whatever it is called. */
  let isName = false;

  reader.next();
  while (reader.kind !== Token.End && main.table === undefined) {
    const current = levels[levels.length - 1]!;
    if (isSign(reader, '(')) {
      if (levels.length + tooDeep >= MAX_DEPTH) tooDeep++;
      else levels.push(openLevel(reader, current, common));
      if (tooDeep === 0) {
        isName = false;
        continue;
      }
    } else if (isSign(reader, ')')) {
      if (tooDeep > 0) tooDeep--;
      else if (levels.length > 1) closeLevel(levels.pop()!, levels[levels.length - 1]!, common);
    } else if (tooDeep === 0) {
      if (levels.length === 1 && isSign(reader, ';')) break;
      if (current.expects !== 'nothing') {
        if (readExpected(reader, current, common)) {
          isName = false;
          continue;
        }
      } else if (reader.kind === Token.Sign) {
        if (isSign(reader, ',') && current.inFrom && current.table === undefined) expectSource(current);
      } else {
        const word = isName ? '' : wordOf(reader);
        const isComparison = before === 'DISTINCT' && (beforeThat === 'IS' || beforeThat === 'NOT');
        if (!isName && !(word === 'FROM' && isComparison)) readWord(reader, current, word);
        beforeThat = before;
        before = word;
      }
    }
    isName = isSign(reader, '.') || (!isName && wordOf(reader) === 'AS');
    reader.next();
  }
  while (levels.length > 1) closeLevel(levels.pop()!, levels[levels.length - 1]!, common);
  return { verb: main.verb, table: main.table ?? main.instead };
}

/** The token in upper case, if it is a word that could be a keyword; else ''. */
export function wordOf(reader: StatementReader): string {
  const { kind, start, end } = reader;
  return kind === Token.Word && end - start <= 18 ? reader.raw.toUpperCase() : '';
}

export function isSign(reader: StatementReader, sign: string): boolean {
  return reader.kind === Token.Sign && reader.text[reader.start] === sign;
}

function level(verb: string, isSource: boolean, common: string | undefined): Level {
  return {
    verb,
    expects: expectedBehind(verb),
    modifiers: MODIFIERS[verb] ?? NO_MODIFIERS,
    inFrom: false,
    table: undefined,
    instead: undefined,
    common,
    next: undefined,
    isSource,
  };
}

function expectedBehind(verb: string): Level['expects'] {
  if (verb === 'DELETE') return 'source or alias';
  return verb === '' || verb === 'SELECT' || verb === 'VALUES' || verb === 'WITH' ? 'nothing' : 'target';
}

/** At an opening parenthesis: goes behind it, and behind the verb of a query. */
function openLevel(reader: StatementReader, parent: Level, common: Map<string, string | undefined>): Level {
  reader.next();
  const name = parent.verb === 'WITH' ? parent.next : undefined;
  // It may read from itself.
  if (name !== undefined && !common.has(name)) common.set(name, undefined);
  const verb = wordOf(reader);
  // REPLACE(a, b, c) is a function.
  const isQuery =
    verb === 'WITH' ||
    (QUERY_VERBS.has(verb) && !(reader.text[reader.end] === '(' && verb !== 'SELECT' && verb !== 'VALUES'));
  // WITH … (SELECT …)
  const isMain = parent.verb === 'WITH' && name === undefined && isQuery;
  if (isMain) parent.verb = verb;
  const isSource = isMain || parent.expects === 'source' || (parent.expects === 'target' && isQuery);
  const opened = level(isQuery ? verb : '', isSource, name);
  if (isSource) parent.expects = 'nothing';
  if (isQuery) reader.next();
  else if (isSource) {
    // FROM (a JOIN b …), FROM ONLY (a)
    opened.verb = 'SELECT';
    opened.inFrom = true;
    expectSource(opened);
  }
  return opened;
}

function closeLevel(closed: Level, parent: Level, common: Map<string, string | undefined>): void {
  const table = closed.table ?? closed.instead;
  if (closed.common !== undefined && table !== undefined) common.set(closed.common, table);
  if (closed.verb !== '') parent.next = undefined;
  if (closed.isSource && closed.table !== undefined) parent.table ??= closed.table;
  else parent.instead ??= table;
}

/** At what may be the expected name. `true` where the reader is behind it already, or nothing was read. */
function readExpected(reader: StatementReader, at: Level, common: ReadonlyMap<string, string | undefined>): boolean {
  const { expects } = at;
  const word = wordOf(reader);
  if (expects === 'source or alias' && word === 'FROM') {
    at.expects = 'target';
    at.modifiers = FROM_MODIFIERS;
    return false;
  }
  if (readModifier(reader, at, word)) return false;
  at.expects = 'nothing';
  if (reader.kind === Token.Parameter) {
    // mysql2 puts a name in place of `??`.
    if (reader.raw === '?' && reader.text[reader.end] === '?') at.table = OTHER;
    return false;
  }
  if (
    (reader.kind !== Token.Word && reader.kind !== Token.Quoted && reader.kind !== Token.Text) ||
    NO_NAMES.has(word)
  ) {
    // What it is instead is for another to read.
    return reader.kind === Token.Word && word !== 'DUAL';
  }
  const { name, qualified } = qualifiedName(reader);
  if (expects === 'source or alias') at.instead = name;
  else if (expects === 'target') at.table = name;
  else if (!qualified && common.has(name.toLowerCase())) at.instead ??= common.get(name.toLowerCase());
  else if (!isSign(reader, '(') && !(word === 'ROWS' && wordOf(reader) === 'FROM')) at.table = name;
  return true;
}

/** Whether it is a modifier; takes note of which may follow it. */
function readModifier(reader: StatementReader, at: Level, word: string): boolean {
  // INSERT OR ROLLBACK, of SQLite
  if (word === 'OR' && (at.verb === 'INSERT' || at.verb === 'UPDATE')) {
    reader.next();
    return true;
  }
  if (!at.modifiers.has(word)) return false;
  if (!RESERVED_MODIFIERS.has(word)) {
    const following = reader.ahead();
    const isOpened = isSign(following, '(') && FROM_MODIFIERS.has(word);
    if (!isOpened && !beginsName(following)) return false;
  }
  if (word === 'INTO') at.modifiers = at.verb === 'MERGE' ? FROM_MODIFIERS : INTO_MODIFIERS;
  return true;
}

function beginsName(reader: StatementReader): boolean {
  return reader.kind !== Token.End && reader.kind !== Token.Sign && !BEHIND_NAMES.has(wordOf(reader));
}

function expectSource(at: Level): void {
  at.expects = 'source';
  at.modifiers = FROM_MODIFIERS;
}

function readWord(reader: StatementReader, at: Level, word: string): void {
  if (at.verb === 'WITH') {
    if (QUERY_VERBS.has(word)) {
      at.verb = word;
      at.expects = expectedBehind(word);
      at.modifiers = MODIFIERS[word] ?? NO_MODIFIERS;
    } else if (!WITH_WORDS.has(word)) at.next = reader.name.toLowerCase();
  } else if (at.verb !== '' && reader.kind === Token.Word) {
    if (word === 'FROM' || (at.inFrom && (word === 'JOIN' || word === 'STRAIGHT_JOIN'))) {
      at.inFrom = true;
      if (at.table === undefined) expectSource(at);
    } else if (AFTER_FROM.has(word)) at.inFrom = false;
  }
}

/** Reads `a.b.c`; `name` is the last part. */
function qualifiedName(reader: StatementReader): { readonly name: string; readonly qualified: boolean } {
  let { name } = reader;
  let qualified = false;
  reader.next();
  while (isSign(reader, '.')) {
    qualified = true;
    reader.next();
    if (reader.kind === Token.Word || reader.kind === Token.Quoted || reader.kind === Token.Text) {
      ({ name } = reader);
      reader.next();
    }
  }
  return { name, qualified };
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
