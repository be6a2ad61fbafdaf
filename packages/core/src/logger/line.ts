import type { Clock } from '../clock.ts';
import type { Context } from '../context/context.ts';
import type { Masker } from '../masking/masker.ts';
import { jsonString } from './json.ts';
import { LEVELS, type LogLevel } from './levels.ts';
import { Serialiser } from './serialiser.ts';

/** What stands at the head of every line of a service. */
export interface LineIdentity {
  readonly service: string;
  readonly environment: string;
}

/**
 * How a line is laid out: `flat`, or `nested` with the identifiers under `context`, the event type beside them and all
 * other fields under `metadata`.
 */
export const LOG_LAYOUTS = ['flat', 'nested'] as const;

/** How a line is laid out. */
export type LogLayout = (typeof LOG_LAYOUTS)[number];

/** Fields at the head of a line, which are always ours. */
const HEAD_FIELDS = new Set(['timestamp', 'level', 'service', 'environment', 'message']);
const IDENTIFIERS = ['correlation_id', 'trace_id', 'span_id', 'user_id', 'session_id'];
/** Fields that have a place of their own in the nested layout. */
const PLACED = new Set(['event_type', ...IDENTIFIERS]);
/** What the serialiser must ask about in the nested layout; in the flat one it is the head alone. */
const HEAD_AND_PLACED = new Set([...HEAD_FIELDS, ...PLACED]);

/** Writes log lines: JSON, the fields in the same order every time, ending in a line feed. */
export class LineWriter {
  readonly clock: Clock;
  readonly serialiser: Serialiser;
  readonly #nested: boolean;
  /** What stands between the timestamp and the message. */
  readonly #heads: Readonly<Record<LogLevel, string>>;
  #second = -1;
  #secondText = '';
  #now = -1;
  #timestamp = '';

  constructor(identity: LineIdentity, clock: Clock, masker: Masker, layout: LogLayout = 'flat') {
    this.clock = clock;
    this.#nested = layout === 'nested';
    this.serialiser = new Serialiser(masker, this.#nested ? HEAD_AND_PLACED : HEAD_FIELDS);
    const [service, environment] = [jsonString(identity.service), jsonString(identity.environment)];
    this.#heads = Object.fromEntries(
      LEVELS.map((level) => [
        level,
        `Z","level":"${level}","service":${service},"environment":${environment},"message":`,
      ]),
    ) as Record<LogLevel, string>;
  }

  /**
   * One line: the message, the context's identifiers, then the own fields of `sources`. Where two of these have the
   * same field the later one counts; a source's field with the name of the line's own head gets `field_` before it.
   */
  write(level: LogLevel, message: unknown, context: Context | undefined, sources: readonly object[]): string {
    let text = this.#opening() + this.#heads[level];
    text += this.#message(message);
    if (this.#nested) return `${text}${this.#sections(context, sources)}}\n`;
    if (context !== undefined) text += this.#context(context, sources);
    for (let i = 0; i < sources.length; i++) text = this.#fields(text, sources, i);
    return `${text}}\n`;
  }

  /** The fields of one source behind a text, without those that another one gives. */
  #fields(before: string, sources: readonly object[], at: number): string {
    const source = sources[at]!;
    let headFields = '';
    try {
      const text = this.serialiser.fields(before, source, {
        asksAll: at + 1 < sources.length,
        skips: (key) => {
          if (!HEAD_FIELDS.has(key)) return (this.#nested && PLACED.has(key)) || given(sources, key, at + 1);
          const value = this.serialiser.value((source as Record<string, unknown>)[key]);
          if (value !== undefined) headFields += `,"field_${key}":${value}`;
          return true;
        },
      });
      return headFields === '' ? text : text + headFields;
    } catch {
      // A proxy that was revoked, or one whose traps throw.
      return `${before},"fields":"[unreadable]"`;
    }
  }

  /** What follows the message in the nested layout. */
  #sections(context: Context | undefined, sources: readonly object[]): string {
    const placed = (key: string): string => {
      const source = sources.findLast((each) => has(each, key));
      if (source === undefined) return '';
      return this.serialiser.fields('', source, { asksAll: true, skips: (other) => other !== key });
    };
    const eventType = placed('event_type');
    const identifiers =
      IDENTIFIERS.map(placed).join('') + (context === undefined ? '' : this.#context(context, sources));
    const own = sources.map((_, i) => this.#fields('', sources, i)).join('');
    return `${eventType}${section('context', identifiers)}${section('metadata', own)}`;
  }

  #message(message: unknown): string {
    if (typeof message === 'string') return this.serialiser.text(message);
    const written = this.serialiser.value(message) ?? '""';
    return written.startsWith('"') ? written : jsonString(written);
  }

  /** The context's identifiers, each unless a source gives its own. */
  #context(context: Context, sources: readonly object[]): string {
    const { correlationId, trace, userId, sessionId } = context;
    let text = identifier(sources, 'correlation_id', correlationId);
    if (trace !== undefined) {
      text += identifier(sources, 'trace_id', trace.traceId) + identifier(sources, 'span_id', trace.spanId);
    }
    if (userId !== undefined) text += identifier(sources, 'user_id', this.serialiser.masker.maskText(String(userId)));
    if (sessionId !== undefined)
      text += identifier(sources, 'session_id', this.serialiser.masker.maskText(String(sessionId)));
    return text;
  }

  /** The start of a line, up to the milliseconds. */
  #opening(): string {
    const now = Math.floor(this.clock.now());
    if (now === this.#now) return this.#timestamp;
    this.#now = now;
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      // Up to and with the point before the milliseconds.
      this.#secondText = new Date(second * 1000).toISOString().slice(0, 20);
    }
    const milliseconds = now - second * 1000;
    const padding = milliseconds < 10 ? '00' : milliseconds < 100 ? '0' : '';
    this.#timestamp = `{"timestamp":"${this.#secondText}${padding}${milliseconds}`;
    return this.#timestamp;
  }
}

/** Fields, each with its comma before it, as an object under a name. */
function section(name: string, fields: string): string {
  return fields === '' ? '' : `,"${name}":{${fields.slice(1)}}`;
}

/** An identifier as a field, unless a source gives its own. */
function identifier(sources: readonly object[], key: string, value: string): string {
  return given(sources, key) ? '' : `,"${key}":${jsonString(value)}`;
}

function given(sources: readonly object[], key: string, from = 0): boolean {
  for (let i = from; i < sources.length; i++) if (has(sources[i]!, key)) return true;
  return false;
}

function has(source: object, key: string): boolean {
  try {
    return Object.hasOwn(source, key);
  } catch {
    return false;
  }
}
