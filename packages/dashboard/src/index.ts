export type { QueryApiOptions } from './api/options.ts';
export { type ApiPages, queryApi } from './api/query-api.ts';
export type { ActiveAlert, AlertingRule, RecordingRule, RuleGroup } from './api/rule-group.ts';
