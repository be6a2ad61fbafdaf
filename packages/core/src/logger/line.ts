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

/** Fields at the head of a line, which are always ours. */
const HEAD_FIELDS = new Set(['timestamp', 'level', 'service', 'environment', 'message']);

/** Writes log lines: flat JSON, the fields in the same order every time, ending in a line feed. */
export class LineWriter {
  readonly #clock: Clock;
  readonly serialiser: Serialiser;
  readonly #head: string;
  #second = -1;
  #secondText = '';

  constructor(identity: LineIdentity, clock: Clock, serialiser: Serialiser) {
    this.#clock = clock;
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
    const now = this.#clock.now();
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
