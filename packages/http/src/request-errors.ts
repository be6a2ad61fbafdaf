/** How far back the causes of an error are looked at. */
const MAX_CAUSES = 10;

/**
 * The errors of one request. However often one is passed on it counts once; and where a handler wraps an error in
 * another (`new HttpError(502, { cause: error })`), the outer one stands for both.
 */
export class RequestErrors {
  readonly #errors: unknown[] = [];

  note(error: unknown): void {
    const errors = this.#errors;
    if (errors.some((known) => chainOf(known).includes(error))) return;
    const chain = chainOf(error);
    const wrapped = errors.findIndex((known) => chain.includes(known));
    if (wrapped < 0) errors.push(error);
    else errors[wrapped] = error;
  }

  /** Those that tell of something other than that the client went away, if it did. */
  toArray(aborted: boolean): readonly unknown[] {
    return aborted ? this.#errors.filter((error) => !isDisconnect(error)) : this.#errors;
  }
}

const DISCONNECTS = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Whether an error only says that the other side hung up. */
export function isDisconnect(error: unknown): boolean {
  try {
    return DISCONNECTS.has((error as NodeJS.ErrnoException).code as string);
  } catch {
    return false;
  }
}

function chainOf(error: unknown): readonly unknown[] {
  const chain = [error];
  try {
    for (let at = error; at instanceof Error && at.cause !== undefined && chain.length < MAX_CAUSES; ) {
      chain.push((at = at.cause));
    }
  } catch {
    // A cause that cannot be read ends the chain.
  }
  return chain;
}
