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

/** Pages that another part of Telltale answers, beside those here. Whether they may be seen is decided here. */
export interface FurtherPages {
  /** Asked of every request of the service. */
  takes(method: string | undefined, path: string): boolean;
  /** Answers a request that `takes` said yes to. What it throws or rejects with is reported and answered with a 500. */
  answer(request: IncomingMessage, response: ServerResponse, path: string): void | Promise<void>;
}

/** What the pages of one port are. */
export interface EndpointsOptions {
  /** Asked for by everything but the probes, if there is one. */
  readonly token: string | undefined;
  readonly paths: readonly EndpointPath[];
  /** What is answered beside them. */
  readonly further?: FurtherPages | undefined;
  /** Whether the port is the service's own, where further pages of a production service need the token. */
  readonly shared: boolean;
}

/** Answers on Telltale's own paths. `/metrics` needs the token, if there is one; probes never do. */
export class Endpoints {
  readonly #monitor: Monitor;
  readonly #options: EndpointsOptions;
  readonly #paths: ReadonlySet<string>;
  readonly #startedAt: number;

  constructor(monitor: Monitor, options: EndpointsOptions) {
    this.#monitor = monitor;
    this.#options = options;
    this.#paths = new Set(options.paths);
    this.#startedAt = monitor.config.clock.monotonic();
  }

  /** Whether a request is for one of the paths; asked of every request of the service. */
  takes(method: string | undefined, path: string): boolean {
    if (this.#paths.has(path)) return method === 'GET' || method === 'HEAD';
    return this.#options.further?.takes(method, path) ?? false;
  }

  /** Answers a request that `takes` said yes to. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    try {
      if (!this.#paths.has(path)) await this.#answerFurther(request, response, path);
      else if (path === '/metrics') await this.#metrics(request, response);
      else this.#probe(request, response, path);
    } catch (error) {
      this.#monitor.errors.report('endpoints', error);
      if (!response.headersSent) send(request, response, 500, 'text/plain', 'The page could not be written.\n');
      else response.destroy();
    }
  }

  async #answerFurther(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { further, shared, token } = this.#options;
    if (shared && token === undefined && isProduction(this.#monitor)) {
      const way = 'set TELLTALE_TOKEN, or give it a port of its own with METRICS_PORT';
      return send(request, response, 403, 'text/plain', `This page is closed in production: ${way}.\n`);
    }
    if (this.#mayPass(request, response)) await further!.answer(request, response, path);
  }

  #mayPass(request: IncomingMessage, response: ServerResponse): boolean {
    const { token } = this.#options;
    if (token === undefined || hasToken(request.headers.authorization, token)) return true;
    response.setHeader('www-authenticate', 'Bearer realm="telltale"');
    send(request, response, 401, 'text/plain', 'This page needs a token: Authorization: Bearer <TELLTALE_TOKEN>\n');
    return false;
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#mayPass(request, response)) return;
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

function isProduction({ identity }: Monitor): boolean {
  return process.env.NODE_ENV === 'production' || identity.environment === 'production';
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
