import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** A request whose body some middleware of the host may have read already. */
type Request = IncomingMessage & { readonly body?: unknown };

/** What a request asks: of its form, if it has one, before what its address says. */
export class Parameters {
  readonly #values: URLSearchParams;

  constructor(values: URLSearchParams) {
    this.#values = values;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    return this.#values.get(name) ?? undefined;
  }

  /** Every value of that name. */
  all(name: string): readonly string[] {
    return this.#values.getAll(name);
  }
}

/**
 * Reads the parameters of a request.
 *
 * @throws {ApiError} where a form is larger than `maxBytes`.
 */
export async function readParameters(request: IncomingMessage, maxBytes: number): Promise<Parameters> {
  const url = request.url ?? '';
  const question = url.indexOf('?');
  const inAddress = question < 0 ? '' : url.slice(question + 1);
  const form = request.method === 'POST' ? await readForm(request, maxBytes) : new URLSearchParams();
  for (const [name, value] of new URLSearchParams(inAddress)) form.append(name, value);
  return new Parameters(form);
}

async function readForm(request: Request, maxBytes: number): Promise<URLSearchParams> {
  const { body, readableEnded } = request;
  if (readableEnded && typeof body === 'object' && body !== null) return formOf(body);
  const [contentType = ''] = (request.headers['content-type'] ?? '').split(';');
  const isForm = contentType.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new ApiError('bad_data', `the form is larger than ${maxBytes} bytes`, 413);
    if (isForm) chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** A form as body parsers leave it: `match[]` may have become `match`. */
function formOf(body: object): URLSearchParams {
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(body)) {
    const name = key === 'match' && Array.isArray(value) ? 'match[]' : key;
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'string') form.append(name, one);
  }
  return form;
}
