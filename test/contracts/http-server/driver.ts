import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Monitor } from '@telltale/core';
import type { HttpConfig } from '../../../packages/http/src/options.ts';

/** What a handler of the contract is given. */
interface Exchange {
  readonly params: Readonly<Record<string, string>>;
  /** Of a JSON request. */
  readonly body: unknown;
}

/** What a handler answers, by the framework's own means. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text, bytes, a stream, or anything else as JSON. */
  readonly body?: unknown;
}

/** A route of a test's application, in words that every framework can express. */
export interface TestRoute {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** What the router or plugin that holds the route is mounted on. */
  readonly prefix?: string;
  /** Answers by the framework's means … */
  readonly handle?: (exchange: Exchange) => Answer | Promise<Answer>;
  /** … or by Node's own. */
  readonly raw?: (request: IncomingMessage, response: ServerResponse) => unknown;
}

/** A test's application. */
export interface TestApp {
  readonly monitor: Monitor;
  readonly config: HttpConfig;
  readonly routes: readonly TestRoute[];
  /** Runs on every request before Telltale sees it. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => void;
  /** How often Telltale is put on the application. @default 1 */
  readonly times?: number;
}

/** A server integration, as the contract drives it. */
export interface ServerDriver {
  readonly name: string;
  /** The application's server, not yet listening. JSON bodies are parsed; others are left to the handler. */
  create(app: TestApp): Promise<Server>;
}
