import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measurements } from './measurements.ts';

export interface Question {
  /** @default 'GET' */
  readonly method?: string;
  /** The route that the service should find for `path`. */
  readonly route: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is text already. */
  readonly body?: unknown;
  /** Breaks the request off after so many milliseconds. */
  readonly hangUpAfterMs?: number;
  /** Breaks the request off at the first bytes of the answer. */
  readonly hangUpInAnswer?: boolean;
  /** Waits this long after each piece of the answer. */
  readonly pauseMs?: number;
}

export interface Answer {
  readonly status: number;
  /** The body, where it was JSON. */
  readonly json: unknown;
}

/** The network side of all visitors: kept connections, and a measure of every request. */
export class Client {
  readonly #baseUrl: string;
  readonly #measurements: Measurements;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 60 });
  readonly #hangUps = new Set<() => void>();

  constructor(baseUrl: string, measurements: Measurements) {
    this.#baseUrl = baseUrl;
    this.#measurements = measurements;
  }

  /** Answers `undefined` when there was no whole answer. Never rejects. */
  async ask(question: Question): Promise<Answer | undefined> {
    const { method = 'GET', route, path, body, headers } = question;
    const measurement = this.#measurements.of(method, route);
    const begun = performance.now();
    let hungUp = false;
    const hangUp = (): void => {
      hungUp = true;
      sent.destroy();
    };
    const sent = request(new URL(path, this.#baseUrl), { method, agent: this.#agent, headers: { ...headers } });
    const timer = question.hangUpAfterMs === undefined ? undefined : setTimeout(hangUp, question.hangUpAfterMs);
    this.#hangUps.add(hangUp);
    sent.on('error', () => {});
    if (body !== undefined) sent.setHeader('content-type', 'application/json');
    sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    try {
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      if (question.hangUpInAnswer) response.once('readable', hangUp);
      const text = await read(response, question.pauseMs);
      measurement.answered(response.statusCode!, performance.now() - begun);
      const isJson = response.headers['content-type']?.includes('json');
      return { status: response.statusCode!, json: isJson ? JSON.parse(text) : undefined };
    } catch {
      measurement[hungUp ? 'hungUp' : 'failed']++;
      return undefined;
    } finally {
      clearTimeout(timer);
      this.#hangUps.delete(hangUp);
    }
  }

  /** Breaks off what is still open, and closes the connections. */
  close(): void {
    for (const hangUp of this.#hangUps) hangUp();
    this.#agent.destroy();
  }
}

async function read(response: IncomingMessage, pauseMs: number | undefined): Promise<string> {
  let text = '';
  for await (const piece of response.setEncoding('utf8')) {
    text += piece;
    if (pauseMs !== undefined) await delay(pauseMs);
  }
  return text;
}
