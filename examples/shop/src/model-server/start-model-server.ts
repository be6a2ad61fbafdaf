import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answerAnthropic } from './anthropic.ts';
import { answerBedrock } from './bedrock.ts';
import { type Exchange, readExchange, requestIds } from './exchange.ts';
import { answerGemini } from './gemini.ts';
import { answerOpenAI } from './openai.ts';

/** A model server that runs. */
export interface ModelServer {
  /** Where it is; OpenAI's clients want `/v1` behind it. */
  readonly url: string;
  /** The same in HTTP/2 without TLS, as Bedrock's client wants it. */
  readonly http2Url: string;
  /** Requests that were heard, failed attempts among them. */
  readonly requests: number;
  /** Requests that are being answered. */
  readonly open: number;
  close(): Promise<void>;
}

/**
 * Starts a server on 127.0.0.1 that answers in the protocols of OpenAI, Anthropic, Gemini, Mistral and Bedrock as they
 * do, but thinks nothing: the same request gets the same answer and the same usage. See `directives.ts` for failures.
 */
export async function startModelServer(port = 0): Promise<ModelServer> {
  let requests = 0;
  let open = 0;
  const attempts = new Map<string, number>();
  const heed = (request: IncomingMessage, response: ServerResponse): void => {
    requests++;
    open++;
    response.once('close', () => open--);
    answer(request, response, attempts).catch((error) => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: String(error), type: 'invalid_request_error' } }));
    });
  };
  const server = createServer(heed);
  // Node's HTTP/2 requests and responses look like those of HTTP/1.
  const http2 = createHttp2Server((request, response) =>
    heed(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
  const sockets = new Set<Socket>();
  http2.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  http2.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(http2, 'listening')]);
  return {
    url: urlOf(server),
    http2Url: urlOf(http2),
    get requests() {
      return requests;
    },
    get open() {
      return open;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      http2.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function urlOf(server: { address(): unknown }): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  attempts: Map<string, number>,
): Promise<void> {
  const exchange = await readExchange(request, response);
  const { slow, hang, fail } = exchange.directives;
  if (hang) return;
  if (slow > 0) await delay(slow);
  if (fail !== undefined && attempt(request, attempts) < fail.times) return refuse(exchange, fail.status);
  for (const protocol of [answerOpenAI, answerAnthropic, answerGemini, answerBedrock]) {
    if (await protocol(exchange)) return;
  }
  refuse(exchange, 404);
}

/** How often this request was sent before: told by the client, else counted by its key. */
function attempt({ headers }: IncomingMessage, attempts: Map<string, number>): number {
  const told = headers['x-stainless-retry-count'];
  if (told !== undefined) return Number(told);
  const key = String(headers['x-model-server-key'] ?? headers['amz-sdk-invocation-id'] ?? '');
  const before = attempts.get(key) ?? 0;
  attempts.set(key, before + 1);
  return before;
}

const ERROR_TYPES: Readonly<Record<number, string>> = { 404: 'not_found_error', 429: 'rate_limit_error' };

function refuse({ response, requestId }: Exchange, status: number): void {
  const error = { type: ERROR_TYPES[status] ?? 'api_error', message: `The model server was told to answer ${status}` };
  response.writeHead(status, {
    'content-type': 'application/json',
    ...requestIds(requestId),
    ...(status === 429 && { 'retry-after': '0', 'retry-after-ms': '1' }),
    ...(status === 500 && { 'retry-after-ms': '1' }),
  });
  response.end(
    JSON.stringify({ type: 'error', error: { ...error, code: status, status: 'FAILED' }, message: error.message }),
  );
}
