import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { type Directives, modelName, readDirectives } from './directives.ts';

/** A JSON object as it was sent. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the caller put in it
export type Body = Record<string, any>;

/** One request and what is to be done with it. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly path: string;
  readonly body: Body;
  readonly model: string;
  readonly directives: Directives;
  readonly requestId: string;
  /** The client is Mistral's, whose server tells the usage of a stream without being asked. */
  readonly mistral: boolean;
}

/** Reads a request. A form's fields are read too; its files are not. */
export async function readExchange(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const path = new URL(request.url!, 'http://server').pathname;
  const body = text.startsWith('{') ? JSON.parse(text) : readForm(text);
  const named = body.model ?? modelIn(decodeURIComponent(path)) ?? 'unknown';
  return {
    response,
    path,
    body,
    model: modelName(named),
    mistral: /mistral/i.test(request.headers['user-agent'] ?? ''),
    directives: readDirectives(request.headers['x-model-server'], named),
    requestId: `req_${crc32(JSON.stringify(body.messages ?? body.input ?? body.prompt ?? path))}`,
  };
}

/** Gemini's path ends `:generateContent`; Bedrock's models have colons of their own. */
function modelIn(path: string): string | undefined {
  return (/\/model\/(.+)\/[^/]+$/.exec(path) ?? /\/(?:models|deployments)\/([^/:]+)/.exec(path))?.[1];
}

function readForm(text: string): Body {
  const fields = text.matchAll(/name="([^"]+)"\r\n\r\n([^\r]*)\r\n/g);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
}

/** Answers with a whole JSON body. */
export function sendJson({ response, directives, requestId }: Exchange, body: Body, headers: object = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...requestIds(requestId), ...headers });
  response.end(directives.malformed ? `${JSON.stringify(body).slice(0, -2)}` : JSON.stringify(body));
}

/** Every provider's name for it. */
export function requestIds(id: string): Record<string, string> {
  return { 'x-request-id': id, 'request-id': id, 'x-amzn-requestid': id };
}

/** Answers with pieces, one after the other, as the directives have it. Resolves when all is sent or the caller went. */
export async function sendStream(
  { response, directives, requestId }: Exchange,
  contentType: string,
  pieces: Iterable<string | Uint8Array>,
): Promise<void> {
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache', ...requestIds(requestId) });
  let sent = 0;
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (sent === directives.drop) {
      // What was written before is to arrive.
      await delay(5);
      response.destroy();
      return;
    }
    const room = response.write(piece);
    sent++;
    if (directives.pace > 0) await delay(directives.pace);
    else if (!room) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}

/** An event of a stream; `undefined` data is left out. */
export function event(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}
