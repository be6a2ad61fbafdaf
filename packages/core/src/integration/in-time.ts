/**
 * Waits for `pending`, but no longer than so many milliseconds; then the answer is what `late` returns or throws. A
 * rejection that comes later is nobody's. The timer does not keep the process alive.
 */
export async function inTime<T, L>(pending: T | Promise<T>, milliseconds: number, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, milliseconds, LATE).unref();
  });
  try {
    const first = await Promise.race([pending, patience]);
    return first === LATE ? late() : (first as T);
  } finally {
    clearTimeout(timer);
  }
}

const LATE = Symbol('late');
