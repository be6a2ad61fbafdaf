import type { Evaluation } from '../evaluate/evaluation.ts';
import type { Steps, Value } from '../evaluate/steps.ts';
import type { RangeVector, Samples, Window } from '../evaluate/windows.ts';
import type { Call } from '../syntax/ast.ts';

/** Computes one element from another, and from the scalar arguments at that step. */
export type ElementFunction = (value: number, first: number, second: number) => number;

/** What a range function may look at beside the window. */
export interface RangeContext {
  readonly samples: Samples;
  readonly range: RangeVector;
  /** The call's scalar arguments in order, each with a value for every step. */
  readonly scalars: readonly Float64Array[];
  readonly call: Call;
  readonly evaluation: Evaluation;
}

/** How a function is computed. */
export type Implementation =
  /** Element by element; the name goes. There is no result where the scalar arguments make `isVoid` true. */
  | {
      readonly kind: 'element';
      readonly compute: ElementFunction;
      readonly isVoid?: (first: number, second: number) => boolean;
    }
  /** Of a moment in time: of each element, or without an argument of the step itself. */
  | { readonly kind: 'date'; readonly compute: (date: Date) => number }
  /** Window by window. `over` is called once for each series and gives the function of its windows. */
  | {
      readonly kind: 'range';
      readonly over: (context: RangeContext) => (window: Window, step: number) => number | undefined;
      readonly keepsName?: boolean;
    }
  /** Anything else. */
  | {
      readonly kind: 'whole';
      readonly evaluate: (evaluation: Evaluation, call: Call, steps: Steps) => Promise<Value>;
    };

export function element(compute: ElementFunction): Implementation {
  return { kind: 'element', compute };
}

/** A range function that needs nothing but the samples in its window. */
export function overWindow(compute: (samples: Samples, window: Window) => number | undefined): Implementation {
  return {
    kind: 'range',
    over:
      ({ samples }) =>
      (window) =>
        compute(samples, window),
  };
}
