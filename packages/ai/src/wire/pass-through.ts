import type { UnderlyingByteSource, UnderlyingSource } from 'node:stream/web';
import { type BodyWatch, Flow } from './flow.ts';
import { iterateByFlow } from './iterate-flow.ts';

/** Whether there is a body to watch, which nobody has taken. */
export function isWatchable(response: Response): boolean {
  const { body } = response;
  return body !== null && typeof body?.getReader === 'function' && !body.locked && !response.bodyUsed;
}

/**
 * A response whose body is watched on its way: pulled only when it is asked for, cancelled with its reader, never
 * copied. Its clones look like the response that it is made for, which must be watchable.
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

/** Of the class that all fetches know: another one's constructor may take something else. */
function withBody(original: Response, stream: ReadableStream): Response {
  const { headers } = original;
  return withClones(new Response(stream, { headers }), original);
}

function withClones(response: Response, original: Response): Response {
  const { url, redirected, type, headers, status, statusText, ok } = original;
  const clone = response.clone.bind(response);
  const dress = (copy: Response): Response =>
    Object.defineProperties(withClones(copy, original), {
      url: { value: url },
      redirected: { value: redirected },
      type: { value: type },
      headers: { value: headers },
      status: { value: status },
      statusText: { value: statusText },
      ok: { value: ok },
    });
  return Object.defineProperty(response, 'clone', { value: () => dress(clone()) });
}
