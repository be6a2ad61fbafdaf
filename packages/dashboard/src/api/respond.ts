import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { acceptsGzip } from '@telltale/core';
import type { Answer } from './answer.ts';
import type { ApiError } from './api-error.ts';

const compress = promisify(gzip);
const FAST = { level: 1 };
/** Smaller answers are not worth packing. */
const GZIP_FROM = 1_024;
/** Longer ones are sent in pieces. */
const CHUNK = 65_536;
/** The event loop gets its turn after so many milliseconds of writing. */
const TURN_MS = 4;
const JSON_TYPE = 'application/json';

/**
 * Answers with data. Large answers are written while the client takes them, and never hold the event loop for long; a
 * client that takes nothing for `stallMs` is hung up on.
 */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  stallMs: number,
): Promise<void> {
  const chunks = chunksOf(envelope(answer));
  const first = await chunks.next();
  const second = await chunks.next();
  response.statusCode = 200;
  response.setHeader('content-type', JSON_TYPE);
  response.setHeader('cache-control', 'no-store');
  response.appendHeader('vary', 'Accept-Encoding');
  const packed = acceptsGzip(request.headers['accept-encoding']);

  if (second.done) {
    const body = Buffer.from(first.value ?? '');
    if (!packed || body.length < GZIP_FROM) return end(response, body);
    response.setHeader('content-encoding', 'gzip');
    return end(response, await compress(body, FAST));
  }
  response.setTimeout(stallMs, () => response.destroy());
  const rest = Readable.from(following([first.value as string, second.value], chunks), { objectMode: false });
  if (packed) {
    response.setHeader('content-encoding', 'gzip');
    await pipeline(rest, createGzip(FAST), response);
  } else await pipeline(rest, response);
}

/** Answers that there is no answer. */
export function respondError(response: ServerResponse, { status, errorType, message }: ApiError): void {
  response.statusCode = status;
  response.setHeader('content-type', JSON_TYPE);
  response.setHeader('cache-control', 'no-store');
  end(response, Buffer.from(JSON.stringify({ status: 'error', errorType, error: message })));
}

/** Answers in plain words, where nothing of the API was met. */
export function respondPlain(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  end(response, Buffer.from(`${text}\n`));
}

/** Lets pages of other origins read the answer, where the pattern takes their origin whole. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse, allowed: RegExp | undefined): void {
  const { origin } = request.headers;
  if (allowed === undefined || origin === undefined) return;
  response.appendHeader('vary', 'Origin');
  const whole = new RegExp(`^(?:${allowed.source})$`, allowed.flags.replace(/[gy]/g, ''));
  if (!whole.test(origin)) return;
  response.setHeader('access-control-allow-origin', allowed.source === '.*' ? '*' : origin);
  response.setHeader('access-control-allow-headers', 'Accept, Authorization, Content-Type, Origin');
  response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
  response.setHeader('access-control-expose-headers', 'Date');
}

function end(response: ServerResponse, body: Buffer): void {
  response.setHeader('content-length', body.length);
  response.end(body);
}

function* envelope({ data, warnings, infos }: Answer): Generator<string> {
  yield '{"status":"success","data":';
  yield* data;
  if (warnings !== undefined && warnings.length > 0) yield `,"warnings":${JSON.stringify(warnings)}`;
  if (infos !== undefined && infos.length > 0) yield `,"infos":${JSON.stringify(infos)}`;
  yield '}';
}

async function* chunksOf(pieces: Iterable<string>): AsyncGenerator<string, undefined> {
  let chunk = '';
  let turnEnds = performance.now() + TURN_MS;
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
    if (performance.now() > turnEnds) {
      await nextTurn();
      turnEnds = performance.now() + TURN_MS;
    }
  }
  yield chunk;
}

async function* following(first: readonly string[], rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield* first;
  yield* rest;
}
