import type { Clock } from '../clock.ts';
import type { Context } from '../context/context.ts';
import type { LogLevel } from './levels.ts';
import { jsonString, serialise, serialiseFields } from './serialise.ts';

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
  readonly #head: string;
  #second = -1;
  #secondText = '';

  constructor(identity: LineIdentity, clock: Clock) {
    this.#clock = clock;
    const { service, environment } = identity;
    this.#head = `"service":${jsonString(service)},"environment":${jsonString(environment)},"message":`;
  }

  /**
   * One line: the message, the context's identifiers, then the own fields of `sources`. Where two of these have the
   * same field the later one counts; a source's field with the name of the line's own head gets `field_` before it.
   */
  write(level: LogLevel, message: unknown, context: Context | undefined, sources: readonly object[]): string {
    let text = `{"timestamp":"${this.#timestamp()}","level":"${level}",${this.#head}`;
    text += typeof message === 'string' ? jsonString(message) : (serialise(message, 'message') ?? '""');
    if (context !== undefined) text += contextFields(context, sources);
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      let headFields: string[] | undefined;
      const fields = serialiseFields(source, 0, [source], (key) => {
        if (HEAD_FIELDS.has(key)) (headFields ??= []).push(key);
        else if (!given(sources, key, i + 1)) return false;
        return true;
      });
      if (fields !== '') text += `,${fields}`;
      for (const key of headFields ?? []) {
        const value = serialise((source as Record<string, unknown>)[key], key, 1, [source]);
        if (value !== undefined) text += `,"field_${key}":${value}`;
      }
    }
    return `${text}}\n`;
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

/** The context's identifiers, each unless a source gives its own. */
function contextFields(context: Context, sources: readonly object[]): string {
  const { trace, userId, sessionId } = context;
  let text = given(sources, 'correlation_id') ? '' : `,"correlation_id":${jsonString(context.correlationId)}`;
  if (trace !== undefined && !given(sources, 'trace_id')) {
    text += `,"trace_id":"${trace.traceId}","span_id":"${trace.spanId}"`;
  }
  if (userId !== undefined && !given(sources, 'user_id')) text += `,"user_id":${jsonString(String(userId))}`;
  if (sessionId !== undefined && !given(sources, 'session_id'))
    text += `,"session_id":${jsonString(String(sessionId))}`;
  return text;
}

function given(sources: readonly object[], key: string, from = 0): boolean {
  for (let i = from; i < sources.length; i++) if (Object.hasOwn(sources[i]!, key)) return true;
  return false;
}
