import { EvaluationError } from '../errors.ts';
import { evaluateVector, textOf } from '../evaluate/evaluate.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { mergeAlike, relabelled, type Steps, type Value } from '../evaluate/steps.ts';
import { isLabelName } from '../labels/label-name.ts';
import type { LabelSet } from '../labels/label-set.ts';
import { compilePattern, type Pattern, type PatternMatch } from '../labels/pattern.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import type { Implementation } from './implementation.ts';

/** Functions that write labels. */
export const LABELS = {
  label_join: {
    kind: 'whole',
    evaluate: async (evaluation, { args }, steps) => {
      const [target, separator, ...sources] = args.slice(1).map(textOf) as [string, string, ...string[]];
      for (const source of sources) checkName(evaluation, source, 'source', 'label_join');
      checkName(evaluation, target, 'destination', 'label_join');
      return relabelAll(evaluation, args[0]!, steps, (labels) =>
        labels.with(target, sources.map((source) => labels.get(source)).join(separator)),
      );
    },
  },
  label_replace: { kind: 'whole', evaluate: labelReplace },
} as const satisfies Record<string, Implementation>;

async function labelReplace(evaluation: Evaluation, { args }: Call, steps: Steps): Promise<Value> {
  const [target, replacement, source, regexp] = args.slice(1).map(textOf) as [string, string, string, string];
  let pattern: Pattern;
  try {
    pattern = compilePattern(regexp, evaluation.dialect.dotMatchesNewline);
  } catch (cause) {
    throw new EvaluationError(`invalid regular expression in label_replace(): ${regexp}`, { cause });
  }
  checkName(evaluation, target, 'destination', 'label_replace');
  return relabelAll(evaluation, args[0]!, steps, (labels) => {
    const match = pattern.groups(labels.get(source));
    return match === undefined ? labels : labels.with(target, expand(replacement, match));
  });
}

async function relabelAll(
  evaluation: Evaluation,
  argument: Expression,
  steps: Steps,
  change: (labels: LabelSet) => LabelSet,
): Promise<Value> {
  const series = await evaluateVector(evaluation, argument, steps);
  return { type: 'vector', series: mergeAlike(series.map((one) => relabelled(one, change(one.labels)))) };
}

/** Fills `$1`, `${1}`, `$name` and `${name}` in; `$$` is a dollar. A name reaches as far as it can. */
function expand(template: string, match: PatternMatch): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) =>
    whole === '$$' ? '$' : match.group((bare ?? braced)!),
  );
}

function checkName({ dialect }: Evaluation, name: string, role: 'source' | 'destination', caller: string): void {
  if (isLabelName(name, dialect)) return;
  throw new EvaluationError(`invalid ${role} label name in ${caller}(): ${name}`);
}
