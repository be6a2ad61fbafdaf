import { EvaluationError } from '../errors.ts';
import { evaluateVector } from '../evaluate/evaluate.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { selectInstant } from '../evaluate/select-instant.ts';
import { emptySeries, hasValues, type StepSeries, type Steps, type Value } from '../evaluate/steps.ts';
import { type LabelSet, METRIC_NAME } from '../labels/label-set.ts';
import { Matcher } from '../labels/matcher.ts';
import { type Call, unwrapped, type VectorSelector } from '../syntax/ast.ts';
import type { Implementation } from './implementation.ts';

/** The metric whose labels are joined where none is named, and the labels that identify whom it describes. */
const DEFAULT_METRIC = 'target_info';
const IDENTIFYING = ['instance', 'job'];

/** `info`: adds to each element the data labels of the info metric of its instance and job. */
export const INFO = { info: { kind: 'whole', evaluate: info } } as const satisfies Record<string, Implementation>;

async function info(evaluation: Evaluation, { args, span }: Call, steps: Steps): Promise<Value> {
  const series = await evaluateVector(evaluation, args[0]!, steps);
  const asked = args[1] === undefined ? [] : (unwrapped(args[1]) as VectorSelector).matchers;
  const names = asked.filter(({ name }) => name === METRIC_NAME);
  const data = asked.filter(({ name }) => name !== METRIC_NAME);
  const selector: VectorSelector = {
    kind: 'selector',
    type: 'vector',
    span,
    name: undefined,
    matchers: [...(names.length > 0 ? names : [new Matcher(METRIC_NAME, '=', DEFAULT_METRIC)]), ...data],
    shift: { offset: 0, at: undefined },
    edges: undefined,
  };
  const infos = byIdentity(await selectInstant(evaluation, selector, steps));
  const required = data.some((matcher) => !matcher.matches(''));
  const wanted = data.length === 0 ? undefined : new Set(data.map(({ name }) => name));
  const results = new Map<string, StepSeries>();

  for (const one of series) {
    const own = names.some((matcher) => matcher.matches(one.labels.get(METRIC_NAME)));
    const candidates = own ? [] : (infos.get(identityOf(one.labels)) ?? []);
    for (let step = 0; step < steps.count; step++) {
      if (one.present[step] === 0) continue;
      const found = candidates.filter(({ present }) => present[step] === 1);
      if (found.length === 0 && required && !own) continue;
      const labels = enriched(one.labels, found, wanted);
      let result = results.get(labels.key);
      if (result === undefined) results.set(labels.key, (result = emptySeries(labels, steps)));
      result.values[step] = one.values[step]!;
      result.present[step] = 1;
    }
    if (evaluation.budget.spend(steps.count)) await evaluation.budget.pause();
  }
  return { type: 'vector', series: [...results.values()].filter(hasValues) };
}

function byIdentity(infos: readonly StepSeries[]): Map<string, StepSeries[]> {
  const found = new Map<string, StepSeries[]>();
  for (const one of infos) {
    const identity = identityOf(one.labels);
    found.set(identity, [...(found.get(identity) ?? []), one]);
  }
  return found;
}

function identityOf(labels: LabelSet): string {
  return labels.keyOf((name) => IDENTIFYING.includes(name));
}

/** The labels with those of the info series added; what the element has itself stays. */
function enriched(labels: LabelSet, infos: readonly StepSeries[], wanted: ReadonlySet<string> | undefined): LabelSet {
  const added: Record<string, string> = {};
  for (const { labels: data } of infos) {
    for (const [name, value] of Object.entries(data.toRecord())) {
      if (name === METRIC_NAME || labels.get(name) !== '' || (wanted !== undefined && !wanted.has(name))) continue;
      if (added[name] !== undefined && added[name] !== value) {
        throw new EvaluationError(`conflicting label "${name}" of info series: "${added[name]}" and "${value}"`);
      }
      added[name] = value;
    }
  }
  return Object.entries(added).reduce((all, [name, value]) => all.with(name, value), labels);
}
