import { type FastifyInstance, fastify } from 'fastify';
import type { ServerDriver, TestApp, TestRoute } from '../../../test/contracts/http-server/driver.ts';
import { observeFastify } from '../src/fastify.ts';

/** Fastify 5, with Node's HTTP/1 server. */
export const fastifyDriver: ServerDriver = {
  name: 'Fastify 5',
  create: async (app) => {
    const instance = fastify();
    buildFastify(instance, app);
    await instance.ready();
    return instance.server;
  },
};

/** Puts Telltale and a test's routes on an instance. */
export function buildFastify(instance: FastifyInstance, { monitor, config, routes, before, times = 1 }: TestApp): void {
  if (before !== undefined) {
    instance.addHook('onRequest', (request, reply, done) => {
      before(request.raw, reply.raw);
      done();
    });
  }
  for (let i = 0; i < times; i++) observeFastify(instance, monitor, config);
  // Bodies of other types are left to the handler.
  instance.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const route of routes) {
    const { prefix } = route;
    if (prefix === undefined) addRoute(instance, route);
    else instance.register(async (scope) => addRoute(scope, route), { prefix });
  }
}

function addRoute(instance: FastifyInstance, { method = 'GET', path, handle, raw }: TestRoute): void {
  instance.route({
    method,
    url: path,
    handler: async (request, reply) => {
      if (raw !== undefined) {
        reply.hijack();
        raw(request.raw, reply.raw);
        return;
      }
      const {
        status = 200,
        headers = {},
        body,
      } = await handle!({
        params: request.params as Record<string, string>,
        body: request.body,
      });
      return reply.code(status).headers(headers).send(body);
    },
  });
}
