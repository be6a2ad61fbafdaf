import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

/** What a request is made of. */
export interface ClientRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly body?: string | Buffer | readonly (string | Buffer)[];
}

/** What came back. */
export interface ClientResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** Sends one request on a connection of its own. A body in several parts goes in chunks. */
export function send(port: number, path: string, options: ClientRequest = {}): Promise<ClientResponse> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({ status: response.statusCode!, headers: response.headers, body: whole, text: whole.toString() });
      });
    });
    request.on('error', reject);
    if (Array.isArray(body)) for (const part of body) request.write(part);
    request.end(Array.isArray(body) ? undefined : body);
  });
}

/** Sends JSON. */
export function sendJson(port: number, path: string, value: unknown, headers = {}): Promise<ClientResponse> {
  return send(port, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });
}

/** A connection for what a well-behaved client does not do. */
export class RawConnection {
  readonly socket: Socket;
  received = '';

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
    });
    this.socket.on('error', () => {});
  }

  write(...lines: readonly string[]): this {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return this;
  }

  /** Resolves as soon as `text` has come, `times` times. */
  async until(text: string, times = 1): Promise<void> {
    while (this.received.split(text).length <= times) {
      if (this.socket.closed) throw new Error(`The connection closed before ${text}: ${this.received}`);
      await once(this.socket, this.socket.destroyed ? 'close' : 'data').catch(() => {});
    }
  }

  /** Everything until the server closes the connection. */
  untilClosed(): Promise<string> {
    return new Promise((resolve) => {
      this.socket.on('close', () => resolve(this.received));
    });
  }

  /** Goes away without a word. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}
