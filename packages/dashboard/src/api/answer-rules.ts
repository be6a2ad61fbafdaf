import { type Endpoint, whole } from './answer.ts';
import { invalidParameter } from './api-error.ts';
import type { Parameters } from './parameters.ts';
import type { RuleGroup } from './rule-group.ts';

const TYPES: Readonly<Record<string, string>> = { alert: 'alerting', record: 'recording' };

/** `rules`: the groups of rules, with the alerts that they raised. */
export const rules: Endpoint = {
  methods: ['GET'],
  async answer(question) {
    const keep = ruleFilter(question.parameters);
    const withAlerts = !flag(question.parameters, 'exclude_alerts');
    const groups = (await question.rules())
      .filter(isAsked(question.parameters))
      .map((group) => ({ ...group, rules: group.rules.filter(keep).map((rule) => shown(rule, withAlerts)) }));
    const filtered = ['type', 'rule_name[]'].some((name) => question.parameters.get(name));
    return whole({ groups: filtered ? groups.filter((group) => group.rules.length > 0) : groups });
  },
};

/** `alerts`: every alert that is pending or firing. */
export const alerts: Endpoint = {
  methods: ['GET'],
  async answer(question) {
    const all = (await question.rules()).flatMap((group) => group.rules);
    return whole({ alerts: all.flatMap((rule) => (rule.type === 'alerting' ? rule.alerts : [])) });
  },
};

type Rule = RuleGroup['rules'][number];

function ruleFilter(parameters: Parameters): (rule: Rule) => boolean {
  const asked = parameters.get('type')?.toLowerCase() || undefined;
  const type = asked === undefined ? undefined : TYPES[asked];
  if (asked !== undefined && type === undefined) {
    throw invalidParameter('type', `not supported value ${JSON.stringify(asked)}`);
  }
  const names = parameters.all('rule_name[]');
  return (rule) => (type === undefined || rule.type === type) && (names.length === 0 || names.includes(rule.name));
}

function isAsked(parameters: Parameters): (group: RuleGroup) => boolean {
  const names = parameters.all('rule_group[]');
  const files = parameters.all('file[]');
  return ({ name, file }) =>
    (names.length === 0 || names.includes(name)) && (files.length === 0 || files.includes(file));
}

function shown(rule: Rule, withAlerts: boolean): object {
  if (withAlerts || rule.type === 'recording') return rule;
  const { alerts: _, ...rest } = rule;
  return rest;
}

function flag(parameters: Parameters, name: string): boolean {
  const text = parameters.get(name) || 'false';
  if (/^(?:1|t|true)$/i.test(text)) return true;
  if (/^(?:0|f|false)$/i.test(text)) return false;
  throw invalidParameter(name, `expected true or false, got ${JSON.stringify(text)}`);
}
