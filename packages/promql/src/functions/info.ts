import { EvaluationError } from '../errors.ts';
import { evaluateVector } from '../evaluate/evaluate.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { selectInstant } from '../evaluate/select-instant.ts';
import { hasValues, type StepSeries, type Steps, type Value } from '../evaluate/steps.ts';
import { type LabelSet, METRIC_NAME } from '../labels/label-set.ts';
import { Matcher } from '../labels/matcher.ts';
import { type Call, type Expression, unwrapped } from '../syntax/ast.ts';
import type { Implementation } from './implementation.ts';

/** The labels by which an info series says whom it describes. */
const IDENTIFYING = ['instance', 'job'];

/** `info`: adds to each element the labels of the info metrics of its instance and job. */
export const INFO = { info: { kind: 'whole', evaluate: info } } as const satisfies Record<string, Implementation>;

async function info(evaluation: Evaluation, { args, span }: Call, steps: Steps): Promise<Value> {
  const series = await evaluateVector(evaluation, args[0]!, steps);
  const { names, data } = matchersOf(args[1]);
  const infos = byIdentity(
    await selectInstant(
      evaluation,
      {
        kind: 'selector',
        type: 'vector',
        span,
        name: undefined,
        matchers: [...names, ...data],
        shift: { offset: 0, at: undefined },
        edges: undefined,
      },
      steps,
      'timestamp',
    ),
  );
  const required = data.some((matcher) => !matcher.matches(''));
  const wanted = data.length === 0 ? undefined : new Set(data.map(({ name }) => name));
  const results = new Map<string, StepSeries>();

  for (const one of series) {
    const isInfo = names.every((matcher) => matcher.matches(one.labels.get(METRIC_NAME)));
    const candidates = isInfo ? [] : (infos.get(identityOf(one.labels)) ?? []);
    for (let step = 0; step < steps.count; step++) {
      if (one.present[step] === 0) continue;
      const found = newestOfEachMetric(candidates, step);
      if (found.length === 0 && required && !isInfo) continue;
      const labels = enriched(one.labels, found, wanted);
      let result = results.get(labels.key);
      if (result === undefined) results.set(labels.key, (result = evaluation.newSeries(labels, steps)));
      result.values[step] = one.values[step]!;
      result.present[step] = 1;
    }
    if (evaluation.budget.spend(steps.count)) await evaluation.budget.pause();
  }
  return { type: 'vector', series: [...results.values()].filter(hasValues) };
}

/** Which info metrics to join, and which of their labels. Unless named, it is `target_info`. */
function matchersOf(argument: Expression | undefined): { names: readonly Matcher[]; data: readonly Matcher[] } {
  const selector = argument === undefined ? undefined : unwrapped(argument);
  const matchers = selector?.kind === 'selector' ? selector.matchers : [];
  const names = matchers.filter(({ name }) => name === METRIC_NAME);
  const data = matchers.filter(({ name }) => name !== METRIC_NAME);
  if (names.length === 0) return { names: [new Matcher(METRIC_NAME, '=', 'target_info')], data };
  const onlyExcludes = names.every(({ operator }) => operator.startsWith('!'));
  return { names: onlyExcludes ? [...names, new Matcher(METRIC_NAME, '=~', '.+_info')] : names, data };
}

function byIdentity(infos: readonly StepSeries[]): Map<string, StepSeries[]> {
  const found = new Map<string, StepSeries[]>();
  for (const one of infos) {
    const identity = identityOf(one.labels);
    const others = found.get(identity);
    if (others === undefined) found.set(identity, [one]);
    else others.push(one);
  }
  return found;
}

function identityOf(labels: LabelSet): string {
  return labels.keyOf((name) => IDENTIFYING.includes(name));
}

/** Where the labels of an info metric changed, the series with the newest sample holds. Values are timestamps. */
function newestOfEachMetric(candidates: readonly StepSeries[], step: number): readonly StepSeries[] {
  const newest = new Map<string, StepSeries>();
  for (const one of candidates) {
    if (one.present[step] === 0) continue;
    const name = one.labels.get(METRIC_NAME);
    const before = newest.get(name);
    if (before === undefined || one.values[step]! > before.values[step]!) newest.set(name, one);
  }
  return [...newest.values()];
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
