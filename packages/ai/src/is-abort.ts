/** What DOM, OpenAI's and Anthropic's SDKs throw when the caller gives up. */
const ABORTS = new Set(['AbortError', 'APIUserAbortError', 'RequestAbortedError']);

/** Whether an error says that whoever made the call gave it up, rather than that it failed. */
export function isAbort(error: unknown): boolean {
  try {
    return error instanceof Error && (ABORTS.has(error.name) || ABORTS.has(error.constructor.name));
  } catch {
    return false;
  }
}
