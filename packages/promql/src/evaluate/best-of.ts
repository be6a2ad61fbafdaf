import type { StepSeries } from './steps.ts';

type Better = (a: number, b: number) => boolean;

/**
 * The k best elements at a step, the best first and NaN last. Among equals those win that a heap such as Prometheus's
 * would keep: mostly the first to come.
 */
export function bestOf(series: readonly StepSeries[], step: number, k: number, better: Better): readonly StepSeries[] {
  if (k === 0) return [];
  const valueAt = (index: number) => heap[index]!.values[step]!;
  const worse = (a: number, b: number) => Number.isNaN(valueAt(a)) || better(valueAt(b), valueAt(a));
  const heap: StepSeries[] = [];
  for (const one of series) {
    if (heap.length < k) {
      heap.push(one);
      rise(heap, heap.length - 1, worse);
      continue;
    }
    const value = one.values[step]!;
    if (better(value, valueAt(0)) || (Number.isNaN(valueAt(0)) && !Number.isNaN(value))) {
      heap[0] = one;
      sink(heap, 0, worse);
    }
  }
  return heap.sort(({ values: a }, { values: b }) => order(a[step]!, b[step]!, better));
}

function order(a: number, b: number, better: Better): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return better(a, b) ? -1 : better(b, a) ? 1 : 0;
}

/** Moves an element towards the root while it is worse than what is above it: the worst is at the root. */
function rise(heap: StepSeries[], from: number, worse: (a: number, b: number) => boolean): void {
  for (let at = from; at > 0; ) {
    const parent = (at - 1) >> 1;
    if (!worse(at, parent)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function sink(heap: StepSeries[], from: number, worse: (a: number, b: number) => boolean): void {
  for (let at = from; ; ) {
    const left = 2 * at + 1;
    if (left >= heap.length) return;
    const child = left + 1 < heap.length && worse(left + 1, left) ? left + 1 : left;
    if (!worse(child, at)) return;
    swap(heap, at, child);
    at = child;
  }
}

function swap(heap: StepSeries[], a: number, b: number): void {
  const held = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = held;
}
