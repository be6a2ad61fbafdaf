import type { ErrorRequestHandler, RequestHandler } from 'express';

/** An answer that is not what the client hoped for, in the shape of RFC 9457. */
export class Problem extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Problem';
    this.status = status;
  }
}

export const notFound: RequestHandler = (req) => {
  throw new Problem(404, `There is nothing at ${req.method} ${req.path}`);
};

/** The last middleware: every error becomes a JSON body. What went wrong inside stays inside. */
export const problemJson: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error);
  const status = statusOf(error);
  const detail = status < 500 || error instanceof Problem ? error.message : 'Something went wrong on our side';
  res.status(status).type('application/problem+json').send(JSON.stringify({ status, detail }));
};

/** Express's own errors, such as a body that is not JSON, carry a `status` as ours do. */
function statusOf(error: { readonly status?: unknown }): number {
  return typeof error?.status === 'number' && error.status >= 400 && error.status < 600 ? error.status : 500;
}
