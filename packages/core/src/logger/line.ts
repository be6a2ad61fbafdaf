import type { Clock } from '../clock.ts';
import type { Context } from '../context/context.ts';
import { jsonString } from './json.ts';
import type { LogLevel } from './levels.ts';
import type { Serialiser } from './serialiser.ts';

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

/** Writes log lines: JSON, the fields in the same order every time, ending in a line feed. */
export class LineWriter {
  readonly clock: Clock;
  readonly serialiser: Serialiser;
  readonly #nested: boolean;
  readonly #head: string;
  #second = -1;
  #secondText = '';

  constructor(identity: LineIdentity, clock: Clock, serialiser: Serialiser, layout: LogLayout = 'flat') {
    this.clock = clock;
    this.#nested = layout === 'nested';
    this.serialiser = serialiser;
    const { service, environment } = identity;
    this.#head = `"service":${jsonString(service)},"environment":${jsonString(environment)},"message":`;
  }

  /**
   * One line: the message, the context's identifiers, then the own fields of `sources`. Where two of these have the
   * same field the later one counts; a source's field with the name of the line's own head gets `field_` before it.
   */
  write(level: LogLevel, message: unknown, context: Context | undefined, sources: readonly object[]): string {
    let text = `{"timestamp":"${this.#timestamp()}","level":"${level}",${this.#head}`;
    text += this.#message(message);
    if (this.#nested) return `${text}${this.#sections(context, sources)}}\n`;
    if (context !== undefined) text += this.#context(context, sources);
    for (let i = 0; i < sources.length; i++) {
      const fields = this.#fields(sources, i);
      if (fields !== '') text += `,${fields}`;
    }
    return `${text}}\n`;
  }

  #fields(sources: readonly object[], at: number): string {
    const source = sources[at]!;
    let headFields = '';
    try {
      const fields = this.serialiser.fields(source, (key) => {
        if (this.#nested && PLACED.has(key)) return true;
        if (!HEAD_FIELDS.has(key)) return given(sources, key, at + 1);
        const value = this.serialiser.value((source as Record<string, unknown>)[key]);
        if (value !== undefined) headFields += `,"field_${key}":${value}`;
        return true;
      });
      return fields === '' ? headFields.slice(1) : fields + headFields;
    } catch {
      // A proxy that was revoked, or one whose traps throw.
      return '"fields":"[unreadable]"';
    }
  }

  /** What follows the message in the nested layout. */
  #sections(context: Context | undefined, sources: readonly object[]): string {
    const placed = (key: string): string => {
      const source = sources.findLast((each) => has(each, key));
      return source === undefined ? '' : this.serialiser.fields(source, (other) => other !== key);
    };
    const eventType = placed('event_type');
    const identifiers = IDENTIFIERS.map(placed);
    if (context !== undefined) identifiers.push(this.#context(context, sources).slice(1));
    const own = sources.map((_, i) => this.#fields(sources, i));
    const section = (name: string, parts: readonly string[]): string => {
      const text = parts.filter((part) => part !== '').join(',');
      return text === '' ? '' : `,"${name}":{${text}}`;
    };
    return `${eventType && `,${eventType}`}${section('context', identifiers)}${section('metadata', own)}`;
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

  #timestamp(): string {
    const now = this.clock.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      // Up to and with the point before the milliseconds.
      this.#secondText = new Date(second * 1000).toISOString().slice(0, 20);
    }
    const milliseconds = Math.floor(now - second * 1000);
    const padding = milliseconds < 10 ? '00' : milliseconds < 100 ? '0' : '';
    return `${this.#secondText}${padding}${milliseconds}Z`;
  }
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
