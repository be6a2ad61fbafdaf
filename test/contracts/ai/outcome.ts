/** What came of something, with nothing in it that differs from one time to the next. */
export async function outcomeOf(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answer: await ask() };
  } catch (error) {
    return { thrown: describeError(error) };
  }
}

/** Everything that a `catch` can look at. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, cause } = error;
  const { status, code, type } = error as { status?: unknown; code?: unknown; type?: unknown };
  const plain = message.replace(/127\.0\.0\.1:\d+/g, 'server');
  return { class: error.constructor.name, name, message: plain, status, code, type, cause: describeError(cause) };
}

const VOLATILE = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

/** Everything that can be seen of a response beside its body. */
export function describeResponse(response: Response): object {
  return {
    class: response.constructor.name,
    isResponse: response instanceof Response,
    status: response.status,
    statusText: response.statusText,
    ok: response.ok,
    redirected: response.redirected,
    type: response.type,
    path: new URL(response.url).pathname,
    bodyUsed: response.bodyUsed,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !VOLATILE.has(name))),
  };
}

/** All that an iteration brings. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}
