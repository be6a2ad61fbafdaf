import { isatty, WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { LogLevel } from './levels.ts';

/** What the log looks like: lines of JSON for machines, or for people on a terminal. */
export const LOG_FORMATS = ['json', 'pretty'] as const;

/** What the log looks like. */
export type LogFormat = (typeof LOG_FORMATS)[number];

type Style = Parameters<typeof styleText>[0];
type Fields = Readonly<Record<string, unknown>>;

const LEVEL_STYLES: Readonly<Record<LogLevel, Style>> = {
  CRITICAL: ['bgRed', 'whiteBright', 'bold'],
  ERROR: 'red',
  WARNING: 'yellow',
  INFO: 'green',
  DEBUG: 'blue',
};
const WIDEST_LEVEL = 'CRITICAL'.length;

/** What a terminal could act on, or show in another order than it stands. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What turns lines of JSON into what is to be seen, or `undefined` where they are that. Without a format it is decided by the
 * destination: pretty on a terminal, unless that is the one of a CI run. Colours are as `NO_COLOR` and `FORCE_COLOR`
 * say, by default only on a terminal.
 */
export function createView(
  format: LogFormat | undefined,
  destination: number | string,
  env: NodeJS.ProcessEnv = process.env,
): ((line: string) => string) | undefined {
  const onTerminal = typeof destination === 'number' && isatty(destination);
  if ((format ?? (onTerminal && !env.CI ? 'pretty' : 'json')) === 'json') return undefined;
  const coloured = (onTerminal || env.FORCE_COLOR !== undefined) && WriteStream.prototype.getColorDepth(env) > 2;
  return (line) => prettyLine(line, coloured);
}

/**
 * A line of JSON as people read it: time (UTC), level, service, message, the end of the correlation ID and the fields on one
 * line, then each error with its stack and, further in, its causes. Nothing in it can act on the terminal.
 */
function prettyLine(line: string, coloured: boolean): string {
  const paint = (style: Style, text: string): string =>
    coloured ? styleText(style, text, { validateStream: false }) : text;
  const { timestamp, level, service, environment: _, message, ...rest } = JSON.parse(line);
  const { correlation_id, ...fields } = unnest(rest);

  const head = [
    paint('dim', timestamp.slice(11, 23)),
    paint(LEVEL_STYLES[level as LogLevel], level.padEnd(WIDEST_LEVEL)),
    paint('dim', visible(String(service))),
    visible(message),
  ];
  // The beginning of one is its time, which neighbours have in common.
  if (correlation_id !== undefined) head.push(paint('cyan', visible(String(correlation_id).slice(-8))));
  const plain = Object.entries(fields).filter(([, value]) => !isError(value));
  if (plain.length > 0) head.push(paint('dim', plain.map(([key, value]) => showField(key, value)).join(' ')));

  const rows = [head.join(' ')];
  for (const [key, value] of Object.entries(fields)) if (isError(value)) showError(value, key, 1);
  return `${rows.join('\n')}\n`;

  function showError(error: ErrorFields, name: string, depth: number): void {
    const { type, message: text, stack = `${type}: ${text}`, cause, errors = [], ...own } = error;
    const indent = '  '.repeat(depth);
    const [first, ...frames] = stack.split('\n').map(visible);
    rows.push(`${indent}${paint('dim', `${visible(name)}:`)} ${paint('red', first!)}`);
    for (const frame of frames) rows.push(`${indent}${paint('dim', frame)}`);
    const extras = Object.entries(own).map(([key, value]) => showField(key, value));
    if (extras.length > 0) rows.push(`${indent}  ${paint('dim', extras.join(' '))}`);
    const inner: readonly (readonly [string, unknown])[] = [
      ['cause', cause],
      ...errors.map((each, i) => [`errors[${i}]`, each] as const),
    ];
    for (const [key, value] of inner) {
      if (isError(value)) showError(value, key, depth + 1);
      else if (value !== undefined) rows.push(`${indent}  ${paint('dim', showField(key, value))}`);
    }
  }
}

/** The fields as they are in the flat layout. */
function unnest({ context, metadata, ...fields }: Fields): Fields {
  const section = (name: string, value: unknown): object =>
    typeof value === 'object' && !Array.isArray(value) && value !== null ? value : { [name]: value };
  return {
    ...fields,
    ...(context !== undefined && section('context', context)),
    ...(metadata !== undefined && section('metadata', metadata)),
  };
}

interface ErrorFields extends Fields {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** Whether it is what a line makes of an error. */
function isError(value: unknown): value is ErrorFields {
  if (typeof value !== 'object' || value === null) return false;
  const { type, message, stack = '', errors = [] } = value as Fields;
  return [type, message, stack].every((part) => typeof part === 'string') && Array.isArray(errors);
}

function showField(key: string, value: unknown): string {
  const bare = typeof value === 'string' && /^[^\s"=]+$/.test(value);
  return visible(`${key}=${bare ? value : JSON.stringify(value)}`);
}

/** The text with what a terminal could act on as an escape sequence that it does not. */
function visible(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
