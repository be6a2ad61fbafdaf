export type { Endpoints, FurtherPages } from './endpoints.ts';
export { expressMonitoring, type Middleware } from './express.ts';
export { type FastifyLike, observeFastify } from './fastify.ts';
export { httpMetrics } from './metrics.ts';
export { UNMATCHED } from './observe-request.ts';
export { type HttpConfig, type HttpOptions, httpOptions, type RequestLabel } from './options.ts';
