import type { Cover, ReadingDetector } from '../detector.ts';
import { Hint } from '../hints.ts';
import { coverValue, type NamedValue } from './named-value-end.ts';
import { createNameReader, type SecretName } from './secret-name.ts';

/**
 * Values beside a secret's name, in whatever notation: JSON, also escaped within a string, query strings and forms,
 * environment files, headers, connection strings, YAML, XML elements, what `util.inspect` prints, and prose with a colon.
 */
export function namedValue(
  isSecretKey: (key: string) => boolean,
  mayEndName: (text: string, at: number) => boolean,
): ReadingDetector {
  const readName = createNameReader(isSecretKey);
  return {
    name: 'named-value',
    label: 'REDACTED',
    hints: Hint.name,
    replace: (text, cover) => replaceNamedValues(text, cover, readName, mayEndName),
    examples: () => ({
      masks: [
        [`{"user":"bob","password":"${'hunter2'}"}`, '{"user":"bob","password":"[REDACTED]"}'],
        [`{\\"apiKey\\":\\"${'abc'}\\",\\"n\\":1}`, '{\\"apiKey\\":\\"[REDACTED]\\",\\"n\\":1}'],
        ['/cb?access_token=abc&page=2#id_token=x.y', '/cb?access_token=[REDACTED]&page=2#id_token=[REDACTED]'],
        ['DB_PASSWORD=s3cr3t npm start', 'DB_PASSWORD=[REDACTED] npm start'],
        ["{ password: 'a b', pin: 1234 }", "{ password: '[REDACTED]', pin: [REDACTED] }"],
        ['Server=db;Password=my pass;Database=x', 'Server=db;Password=[REDACTED];Database=x'],
        ['x-api-key: k1, accept: */*', 'x-api-key: [REDACTED], accept: */*'],
        ['Authorization: Bearer abc.def\r\nHost: x', 'Authorization: [REDACTED]\r\nHost: x'],
        ['Cookie: sid=1; theme=dark\nHost: x', 'Cookie: [REDACTED]\nHost: x'],
        [`<password>${'hunter2'}</password>`, '<password>[REDACTED]</password>'],
        ['password: hunter2', 'password: [REDACTED]'],
        ['["authorization","Bearer x","host","y"]', '["authorization","[REDACTED]","host","y"]'],
        ['{"cookies":{"sid":"1","b":[2]},"n":1}', '{"cookies":"[REDACTED]","n":1}'],
        ['user[password]=abc&a=1', 'user[password]=[REDACTED]&a=1'],
        ['user%5Bpassword%5D=abc&a=1', 'user%5Bpassword%5D=[REDACTED]&a=1'],
        ['API key: 9f8e7d6c5b4a', 'API key: [REDACTED]'],
      ],
      keeps: [
        'Unexpected token: foo',
        'Invalid token: expired',
        'password: must be at least 8 characters',
        '{"password":null,"token":true}',
        'inputTokens: 120, outputTokens: 30',
        'sort=key&order=asc',
        'https://example.com/?code=404&key=name',
        'author: Ann',
        'if (password === other)',
        ['password=$', '{DB_PASSWORD}'].join(''),
        'nextPageToken=abc123',
      ],
    }),
  };
}

type ReadName = (word: string, phrase: string) => SecretName | undefined;

const EQUALS = 0x3d;
const COLON = 0x3a;
const GREATER = 0x3e;
const COMMA = 0x2c;

function replaceNamedValues(
  text: string,
  cover: Cover,
  readName: ReadName,
  mayEndName: (text: string, at: number) => boolean,
): string {
  let result = '';
  let copied = 0;
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== EQUALS && code !== COLON && code !== GREATER && code !== COMMA) continue;
    if (code !== GREATER && !mayEndName(text, at)) continue;
    const separatorEnd = endOfSeparator(text, at, code);
    if (separatorEnd === 0) continue;
    const name = nameBefore(text, at, code, copied, readName);
    if (name === undefined) {
      at = separatorEnd - 1;
      continue;
    }
    const value = coverValue(text, separatorEnd, name, cover);
    if (value === undefined) continue;
    result += text.slice(copied, value.start) + value.shown;
    copied = value.end;
    at = Math.max(at, value.end - 1);
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** Where the separator that starts at `at` ends; 0 for a comparison, a scope or a scheme. */
function endOfSeparator(text: string, at: number, code: number): number {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at + 1)];
  if (code === EQUALS) {
    if (after === EQUALS || before === EQUALS || before === 0x21 || before === 0x3c || before === GREATER) return 0;
    return after === GREATER ? at + 2 : at + 1;
  }
  if (code === COLON) {
    if (after === COLON || before === COLON || (after === 0x2f && text.charCodeAt(at + 2) === 0x2f)) return 0;
    return after === EQUALS ? at + 2 : at + 1;
  }
  // A comma only in a list of quoted strings.
  if (code === COMMA) return before === 0x22 || before === 0x27 ? at + 1 : 0;
  return before === EQUALS || before === 0x2d ? 0 : at + 1;
}

const LONGEST_NAME = 64;
const LONGEST_TAG = 256;

function nameBefore(
  text: string,
  separator: number,
  code: number,
  from: number,
  readName: ReadName,
): (SecretName & Pick<NamedValue, 'separator' | 'quoted' | 'before'>) | undefined {
  if (code === GREATER) {
    // The name of an element, with or without attributes, stands after its `<`.
    const tag = text.slice(Math.max(from, separator - LONGEST_TAG), separator);
    const element = /<(?:\w{1,64}:)?([\w.-]{1,64})(?:\s[^<]*)?$/.exec(tag)?.[1] ?? '';
    const found = readName(element, '');
    return found && { ...found, separator: code, quoted: false, before: 0x3c };
  }
  let end = separator;
  for (let limit = end - 3; end > limit && isBlank(text.charCodeAt(end - 1)); ) end--;
  const closed = end;
  for (let limit = end - 10; end > limit && isClosing(text.charCodeAt(end - 1)); ) end--;
  if (text.slice(end - 6, end) === '&quot;') end -= 6;
  else if (/^%5d$/i.test(text.slice(end - 3, end))) end -= 3;
  const quoted = end < closed && text.charCodeAt(closed - 1) !== 0x5d;

  let start = end;
  for (let limit = Math.max(from, end - LONGEST_NAME); start > limit && isNameCharacter(text.charCodeAt(start - 1)); )
    start--;
  if (end - start < 2) return undefined;
  let word = text.slice(start, end);
  // The letter of an escape that stands before the name: `\npassword`, `\u0026token`.
  if (start > 0 && text.charCodeAt(start - 1) === 0x5c) word = word.replace(/^(?:u[\da-fA-F]{4}|[nrt])/, '');
  const before = start === 0 ? 0 : text.charCodeAt(start - 1);
  const phrase = before === 0x20 && !quoted ? text.slice(Math.max(from, start - 24), start) : '';
  const found = readName(word, phrase);
  if (found === undefined || (code === COMMA && !found.header)) return undefined;
  return { ...found, separator: code, quoted, before };
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Quotes, backslashes before them, and the bracket of `user[password]`. */
function isClosing(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x60 || code === 0x5c || code === 0x5d;
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) ||
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x24
  );
}
