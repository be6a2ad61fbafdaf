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
 * - `app.use(setupMonitoring({ serviceName: 'orders' }))`: the same with options. The middleware has the service's
 *   `logger`, for a process that serves nothing too: `const { logger } = setupMonitoring({ serviceName: 'worker' })`.
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
export function setupMonitoring(options?: MonitoringOptions): Middleware & { readonly logger: Logger };
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
  if ((first !== undefined && !isPlainObject(first)) || (first === undefined && second !== undefined)) {
    const what = 'an Express application, a Fastify instance or an object of options';
    throw new TelltaleError('setup', `setupMonitoring takes ${what}, not ${nameOf(first)}.`);
  }
  const { monitor, http, pages } = configure((first ?? {}) as MonitoringOptions);
  return Object.assign(expressMonitoring(monitor, http, pages), { logger: monitor.logger });
}

/** Fastify has an option `logLevel` of its own for every plugin; of its levels, all but `fatal`, `silent` are ours too. */
export type PluginOptions = Omit<MonitoringOptions, 'logLevel'> & { readonly logLevel?: string };

/**
 * The Fastify plugin: `await fastify.register(fastifyMonitoring, { serviceName: 'orders' })`. It applies to the whole
 * instance, not to a scope of its own.
 *
 * @throws {ConfigError} naming every option and variable that cannot be used.
 */
export async function fastifyMonitoring(instance: FastifyLike, options: PluginOptions): Promise<void> {
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

/** Koa and Hono have a `use` too, for middleware of another kind. */
function takesMiddleware(value: unknown): value is TakesMiddleware {
  const { use, callback, middleware, fetch } = (value ?? {}) as Record<string, unknown>;
  const isKoa = typeof callback === 'function' && Array.isArray(middleware);
  return typeof use === 'function' && !isKoa && typeof fetch !== 'function';
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return String(value);
  return `an object of ${value.constructor?.name || 'an unknown class'}`;
}
