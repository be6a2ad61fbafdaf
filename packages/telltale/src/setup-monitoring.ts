import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, TelltaleError } from '@telltale/core';
import { expressMonitoring, type FastifyLike, type Middleware, observeFastify } from '@telltale/http';
import { configure } from './configure.ts';
import type { MonitoringOptions } from './options.ts';

/** An Express application or router: anything that takes middleware. */
export interface TakesMiddleware {
  // biome-ignore lint/suspicious/noExplicitAny: Express types `use` by many overloads
  use(...handlers: any[]): unknown;
}

/**
 * Sets a service up, in one line, in any of these forms:
 *
 * - `app.use(setupMonitoring)`: everything from the environment.
 * - `app.use(setupMonitoring({ serviceName: 'orders' }))`: the same with options.
 * - `const logger = setupMonitoring(app, { serviceName: 'orders' })`: the middleware is put on the Express
 *   application (or the hooks on the Fastify instance), and the service's logger comes back.
 *
 * It belongs before the service's own middleware and routes. The first call configures the default monitor, which all
 * of Telltale's functions use.
 *
 * @throws {ConfigError} naming every option and variable that cannot be used. In the bare form, which Express first
 * calls with a request, the errors go to stderr instead and the service runs on unobserved.
 */
export function setupMonitoring(
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
): void;
export function setupMonitoring(app: TakesMiddleware | FastifyLike, options?: MonitoringOptions): Logger;
export function setupMonitoring(options?: MonitoringOptions): Middleware;
export function setupMonitoring(first?: unknown, second?: unknown, next?: unknown): unknown {
  if (typeof next === 'function') {
    bare ??= bareMiddleware();
    return bare(first as IncomingMessage, second as ServerResponse, next as () => void);
  }
  if (isFastify(first)) {
    const { monitor, http, pages } = configure(second as MonitoringOptions);
    observeFastify(first, monitor, http, pages);
    return monitor.logger;
  }
  if (takesMiddleware(first)) {
    const { monitor, http, pages } = configure(second as MonitoringOptions);
    first.use(expressMonitoring(monitor, http, pages));
    return monitor.logger;
  }
  if (first !== undefined && (typeof first !== 'object' || first === null)) {
    throw new TelltaleError('setup', `setupMonitoring takes an application or options, not ${String(first)}.`);
  }
  const { monitor, http, pages } = configure((first ?? {}) as MonitoringOptions);
  return expressMonitoring(monitor, http, pages);
}

/**
 * The Fastify plugin: `await fastify.register(fastifyMonitoring, { serviceName: 'orders' })`. It applies to the whole
 * instance, not to a scope of its own.
 *
 * @throws {ConfigError} naming every option and variable that cannot be used.
 */
export async function fastifyMonitoring(instance: FastifyLike, options: MonitoringOptions): Promise<void> {
  // Fastify adds options of its own to those of a plugin.
  const { prefix: _, logLevel, logSerializers: __, ...own } = options as MonitoringOptions & Record<string, unknown>;
  const { monitor, http, pages } = configure(logLevel === undefined ? own : { ...own, logLevel });
  observeFastify(instance, monitor, http, pages);
}

// Fastify's protocol for a plugin that is not to be encapsulated.
Object.assign(fastifyMonitoring, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'telltale',
});

let bare: Middleware | undefined;

function bareMiddleware(): Middleware {
  try {
    const { monitor, http, pages } = configure({});
    return expressMonitoring(monitor, http, pages);
  } catch (error) {
    console.error((error as Error).message);
    return (_request, _response, next) => next();
  }
}

function isFastify(value: unknown): value is FastifyLike {
  const { addHook, decorateRequest } = (value ?? {}) as Partial<FastifyLike>;
  return typeof addHook === 'function' && typeof decorateRequest === 'function';
}

function takesMiddleware(value: unknown): value is TakesMiddleware {
  return typeof (value as Partial<TakesMiddleware> | undefined)?.use === 'function';
}
