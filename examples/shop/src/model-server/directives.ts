/** What a request asks of the server beside an answer: failures, and figures that real models give at their whim. */
export interface Directives {
  /** This HTTP status, for the first so many attempts. */
  readonly fail?: { readonly status: number; readonly times: number };
  /** Milliseconds before anything is answered. */
  readonly slow: number;
  /** The connection breaks after so many pieces of a stream. */
  readonly drop?: number;
  /** Nothing is ever answered. */
  readonly hang: boolean;
  /** The body is no JSON. */
  readonly malformed: boolean;
  /** The stream tells of an error after its first piece. */
  readonly streamError: boolean;
  /** The answer is to call the first tool that was offered. */
  readonly tool: boolean;
  /** The words of the answer. */
  readonly words?: number;
  /** Milliseconds between two pieces of a stream. */
  readonly pace: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly reasoning: number;
  readonly tier?: string;
  /** Characters that the answer's first piece is padded by. */
  readonly pad: number;
}

/**
 * Reads the directives of a request: from its header `x-model-server`, or from the model's name behind a `#`, as in
 * `gpt-4o-mini#fail=429:2,slow=50`.
 */
export function readDirectives(header: string | string[] | undefined, model: string): Directives {
  const behind = model.includes('#') ? model.slice(model.indexOf('#') + 1) : '';
  const words = `${Array.isArray(header) ? header.join(',') : (header ?? '')},${behind}`.split(',');
  const given = new Map<string, string | undefined>();
  for (const entry of words) {
    const [name = '', value] = entry.trim().split('=', 2);
    given.set(name, value);
  }
  const amount = (name: string): number => Number(given.get(name) ?? 0) || 0;
  const [status, times] = (given.get('fail') ?? '').split(':');
  return {
    ...(status && { fail: { status: Number(status), times: times === undefined ? Infinity : Number(times) } }),
    ...(given.has('drop') && { drop: amount('drop') }),
    ...(given.has('words') && { words: amount('words') }),
    ...(given.get('tier') && { tier: given.get('tier')! }),
    slow: amount('slow'),
    hang: given.has('hang'),
    malformed: given.has('malformed'),
    streamError: given.has('stream-error'),
    tool: given.has('tool'),
    pace: amount('pace'),
    cached: amount('cached'),
    cacheWrite: amount('cache-write'),
    cacheWrite1h: amount('cache-write-1h'),
    reasoning: amount('reasoning'),
    pad: amount('pad'),
  };
}

/** The model without its directives. */
export function modelName(model: string): string {
  return model.split('#', 1)[0]!;
}
