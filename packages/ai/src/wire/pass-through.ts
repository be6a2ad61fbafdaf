import type { UnderlyingByteSource, UnderlyingSource } from 'node:stream/web';
import { type BodyWatch, Flow } from './flow.ts';
import { iterateByFlow } from './iterate-flow.ts';

/** Whether there is a body to watch, which nobody has taken. */
export function isWatchable(response: Response): boolean {
  const { body } = response;
  return body !== null && typeof body?.getReader === 'function' && !body.locked && !response.bodyUsed;
}

/**
 * The response with a body that is watched on its way: pulled only when it is asked for, cancelled with its reader,
 * never copied. Everything else about the response is as it was. It must be watchable.
 */
export function watchBody(response: Response, watch: BodyWatch, body = response.body!): Response {
  const byBytes = isByteStream(body);
  const flow = new Flow(body.getReader(), watch);
  const source = {
    pull: flow.pull.bind(flow),
    cancel: flow.cancel.bind(flow),
  };
  const stream = byBytes
    ? new ReadableStream({ ...source, type: 'bytes' } as UnderlyingByteSource)
    : new ReadableStream(source as UnderlyingSource, { highWaterMark: 0 });
  flow.feeds(stream);
  iterateByFlow(stream, flow);
  return withBody(response, stream);
}

function isByteStream(body: ReadableStream): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** A response's own class makes its like; what a constructor cannot set is put on it. */
function withBody(original: Response, stream: ReadableStream): Response {
  const { status, statusText, headers } = original;
  const Class = original.constructor as typeof Response;
  const response = new Class(stream, { status, statusText, headers });
  return dress(response, original);
}

function dress(response: Response, original: Response): Response {
  const { url, redirected, type, headers } = original;
  const clone = response.clone.bind(response);
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
    headers: { value: headers },
    clone: { value: () => dress(clone(), original) },
  });
}
