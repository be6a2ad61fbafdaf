import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptsGzip, CONTENT_TYPES, type Monitor, negotiateFormat } from '@telltale/core';

const compress = promisify(gzip);

/** Smaller answers are not worth packing. */
const GZIP_FROM = 1_024;

/** Telltale's own pages of a service, by path. */
export type EndpointPath = '/metrics' | '/health' | '/ready' | '/live';

/** Answers on Telltale's own paths. `/metrics` needs the token, if there is one; probes never do. */
export class Endpoints {
  readonly #monitor: Monitor;
  readonly #token: string | undefined;
  readonly #paths: ReadonlySet<string>;
  readonly #startedAt: number;

  /** `paths` are those answered here: the service's own port leaves `/metrics` out when it has one of its own. */
  constructor(monitor: Monitor, token: string | undefined, paths: readonly EndpointPath[]) {
    this.#monitor = monitor;
    this.#token = token;
    this.#paths = new Set(paths);
    this.#startedAt = monitor.config.clock.monotonic();
  }

  /** Whether a request is for one of the paths; asked of every request of the service. */
  takes(method: string | undefined, path: string): boolean {
    return this.#paths.has(path) && (method === 'GET' || method === 'HEAD');
  }

  /** Answers a request that `takes` said yes to. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    try {
      if (path === '/metrics') await this.#metrics(request, response);
      else this.#probe(request, response, path);
    } catch (error) {
      this.#monitor.errors.report('endpoints', error);
      if (!response.headersSent) send(request, response, 500, 'text/plain', 'The metrics could not be written.\n');
      else response.destroy();
    }
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#token !== undefined && !hasToken(request.headers.authorization, this.#token)) {
      response.setHeader('www-authenticate', 'Bearer realm="telltale"');
      send(request, response, 401, 'text/plain', 'This page needs a token: Authorization: Bearer <TELLTALE_TOKEN>\n');
      return;
    }
    const format = negotiateFormat(request.headers.accept);
    const chunks: Buffer[] = [];
    for await (const text of this.#monitor.scrape(format)) chunks.push(Buffer.from(text));
    const body = Buffer.concat(chunks);
    response.setHeader('vary', 'accept, accept-encoding');
    if (body.length >= GZIP_FROM && acceptsGzip(header(request, 'accept-encoding'))) {
      response.setHeader('content-encoding', 'gzip');
      send(request, response, 200, CONTENT_TYPES[format], await compress(body, { level: 1 }));
    } else send(request, response, 200, CONTENT_TYPES[format], body);
  }

  #probe(request: IncomingMessage, response: ServerResponse, path: string): void {
    const { identity, closing, config } = this.#monitor;
    const ready = !closing;
    const about = path === '/live' ? {} : { service: identity.service, version: identity.version };
    const status = path === '/live' ? 'alive' : ready ? (path === '/ready' ? 'ready' : 'healthy') : 'closing';
    const body = {
      status,
      ...about,
      uptime_seconds: Math.round((config.clock.monotonic() - this.#startedAt) / 1000),
      timestamp: new Date(config.clock.now()).toISOString(),
    };
    const code = path === '/live' || ready ? 200 : 503;
    send(request, response, code, 'application/json; charset=utf-8', `${JSON.stringify(body)}\n`);
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
): void {
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(request.method === 'HEAD' ? undefined : body);
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** Compared as hashes, so that neither the length nor the place of a difference shows in the time it takes. */
function hasToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
