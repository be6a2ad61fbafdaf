import { once } from 'node:events';
import { connect } from 'node:http2';
import { type FastifyInstance, fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { send } from '../../../test/contracts/http-server/client.ts';
import type { TestRoute } from '../../../test/contracts/http-server/driver.ts';
import { type Service, startService } from '../../../test/contracts/http-server/service.ts';
import { httpServerContract } from '../../../test/contracts/http-server.ts';
import { buildFastify, fastifyDriver } from '../test/fastify-driver.ts';

httpServerContract(fastifyDriver);

async function serve(
  instance: FastifyInstance,
  build: (instance: FastifyInstance) => void = () => {},
  routes: readonly TestRoute[] = [],
): Promise<Service> {
  const create = async (app: Parameters<typeof fastifyDriver.create>[0]) => {
    buildFastify(instance, app);
    build(instance);
    await instance.ready();
    return instance.server;
  };
  return startService({ name: 'Fastify', create }, { routes });
}

const fail = async (): Promise<never> => {
  throw new RangeError('on purpose');
};

describe('Fastify 5', () => {
  it.each<[string, (instance: FastifyInstance) => void]>([
    [
      'a handler of errors that answers something else',
      (instance) => {
        instance.setErrorHandler((_error, _request, reply) => reply.code(503).send({ sorry: true }));
        instance.get('/x/:id', fail);
      },
    ],
    [
      'a handler of errors of the route',
      (instance) => {
        instance.get('/x/:id', { errorHandler: (_error, _request, reply) => reply.code(503).send('sorry') }, fail);
      },
    ],
    [
      'a handler of errors that passes the error on',
      (instance) => {
        instance.setErrorHandler((error, _request, reply) => reply.code(503).send(error));
        instance.get('/x/:id', fail);
      },
    ],
    [
      'an error that is sent',
      (instance) => {
        instance.get('/x/:id', (_request, reply) => reply.code(503).send(new RangeError('sent')));
      },
    ],
    [
      'an error of a hook',
      (instance) => {
        instance.setErrorHandler((_error, _request, reply) => reply.code(503).send('sorry'));
        instance.get('/x/:id', { preHandler: fail }, async () => 'never');
      },
    ],
  ])('counts an error once with %s', async (_name, build) => {
    const service = await serve(fastify(), build);
    await send(service.port, '/x/1');
    expect(await service.requests(1)).toEqual(['GET /x/:id 503 = 1']);
    expect(await service.samples('http_exceptions_total')).toEqual(['GET /x/:id RangeError = 1']);
    await service.lines('response');
    expect(await service.lines('error')).toHaveLength(1);
  });

  it('counts a body that does not fit its schema under its route', async () => {
    const schema = { body: { type: 'object', required: ['a'] } };
    const service = await serve(fastify(), (instance) => instance.post('/x', { schema }, async () => 'ok'));
    await send(service.port, '/x', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(await service.requests(1)).toEqual(['POST /x 400 = 1']);
    expect(await service.lines('error')).toMatchObject([{ level: 'WARNING' }]);
  });

  it('counts as unmatched what handlers of missing routes answer, whatever their status', async () => {
    const service = await serve(fastify(), (instance) => {
      instance.setNotFoundHandler((_request, reply) => reply.code(200).send('the app'));
      instance.register(
        async (scope) => {
          scope.setNotFoundHandler((_request, reply) => reply.code(404).send('no such thing'));
        },
        { prefix: '/api' },
      );
    });
    await send(service.port, '/somewhere');
    await send(service.port, '/api/nothing');
    expect(await service.requests(2)).toEqual(['GET unmatched 200 = 1', 'GET unmatched 404 = 1']);
    expect((await send(service.port, '/health')).text).toContain('healthy');
  });

  it('observes routes that were there before it, wildcards and rewritten URLs', async () => {
    const instance = fastify({ rewriteUrl: (request) => (request.url === '/old' ? '/new/1' : (request.url ?? '/')) });
    instance.get('/files/*', async () => 'file');
    const service = await serve(instance, (later) => later.get('/new/:id', async () => 'new'));
    await send(service.port, '/files/a/b');
    await send(service.port, '/old');
    expect(await service.requests(2)).toEqual(['GET /files/* 200 = 1', 'GET /new/:id 200 = 1']);
    expect((await service.lines('response', 2)).map(({ path }) => path)).toEqual(['/files/a/b', '/old']);
  });

  it('counts what the router refuses before any hook', async () => {
    const service = await serve(fastify(), (instance) => instance.get('/x/:id', async () => 'x'));
    expect((await send(service.port, `/x/${'9'.repeat(200)}`)).status).toBe(414);
    expect((await send(service.port, '/x/%E0%A4%A')).status).toBe(400);
    expect(await service.requests(2)).toEqual(['GET unmatched 400 = 1', 'GET unmatched 414 = 1']);
  });

  it('keeps to its scope where it is put in one', async () => {
    const instance = fastify();
    const create = async (app: Parameters<typeof fastifyDriver.create>[0]) => {
      instance.register(async (scope) => buildFastify(scope as unknown as FastifyInstance, app), { prefix: '/in' });
      instance.get('/out', (_request, reply) => {
        reply.send('out');
      });
      await instance.ready();
      return instance.server;
    };
    const routes: TestRoute[] = [{ path: '/:id', handle: () => ({ body: 'in' }) }];
    const service = await startService({ name: 'Fastify', create }, { routes });
    expect((await send(service.port, '/out')).text).toBe('out');
    expect((await send(service.port, '/in/1')).text).toBe('in');
    expect(await service.requests(1)).toEqual(['GET /in/:id 200 = 1']);
  });

  it('observes requests that are injected', async () => {
    const instance = fastify();
    const service = await serve(instance, (later) => later.get('/x/:id', async () => 'abc'));
    expect((await instance.inject('/x/1')).body).toBe('abc');
    expect((await instance.inject('/health')).statusCode).toBe(200);
    expect(await service.requests(1)).toEqual(['GET /x/:id 200 = 1']);
    expect(await service.samples('http_response_size_bytes_sum')).toEqual(['GET /x/:id = 3']);
  });

  it('serves and observes HTTP/2: sizes, bodies, aborts', async () => {
    const routes: TestRoute[] = [
      { path: '/items/:id', handle: () => ({ body: 'größe' }) },
      { method: 'POST', path: '/echo', handle: ({ body }) => ({ body }) },
      {
        path: '/stream',
        raw: (_request, response) => {
          response.writeHead(200);
          response.write('first');
        },
      },
    ];
    const instance = fastify({ http2: true }) as unknown as FastifyInstance;
    const service = await serve(instance, () => {}, routes);
    const client = connect(`http://127.0.0.1:${service.port}`);
    const ask = async (headers: Record<string, string>, body?: string): Promise<string> => {
      const stream = client.request(headers).setEncoding('utf8');
      stream.end(body);
      let text = '';
      for await (const chunk of stream) text += chunk;
      return text;
    };
    expect(await ask({ ':path': '/items/1' })).toBe('größe');
    const posted = { ':path': '/echo', ':method': 'POST', 'content-type': 'application/json' };
    expect(await ask(posted, '{"a":1}')).toBe('{"a":1}');
    const stream = client.request({ ':path': '/stream' });
    await once(stream, 'data');
    stream.close(8);
    expect(await service.requests(3)).toEqual(['GET /items/:id 200 = 1', 'GET /stream 499 = 1', 'POST /echo 200 = 1']);
    expect(await service.samples('http_request_size_bytes_sum')).toEqual([
      'GET /items/:id = 0',
      'GET /stream = 0',
      'POST /echo = 7',
    ]);
    expect(await service.samples('http_response_size_bytes_sum')).toEqual([
      'GET /items/:id = 7',
      'GET /stream = 5',
      'POST /echo = 7',
    ]);
    client.close();
  });
});
