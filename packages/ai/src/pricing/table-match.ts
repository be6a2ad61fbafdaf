import type { MatchLogic, ModelInfo } from '@pydantic/genai-prices';
import { withoutVersions } from './model-names.ts';

/**
 * How a name is one that the table knows: letter for letter (`exact`), but for its date or version (`snapshot`), or by its
 * beginning alone (`prefix`), which may be another model.
 */
export type TableMatch = 'exact' | 'snapshot' | 'prefix';

/** Where Bedrock runs a model, and whose it is. */
const REGION = /^(us|us-gov|eu|uk|ap|apac|au|jp|ca|sa|me|af|global)\./;
const VENDOR = /^[a-z0-9-]+\./;

/** How the table's model has the name, which it was found by. */
export function tableMatch(model: ModelInfo, name: string): TableMatch {
  const names = new Set([model.id.toLowerCase(), ...namesIn(model.match)]);
  const here = name.replace(REGION, '');
  for (const candidate of [name, here, here.replace(VENDOR, '')]) {
    if (names.has(candidate)) return 'exact';
    for (const shorter of withoutVersions(candidate)) if (names.has(shorter)) return 'snapshot';
  }
  return 'prefix';
}

function* namesIn(match: MatchLogic): Generator<string, void, void> {
  if ('or' in match) for (const each of match.or) yield* namesIn(each);
  else if ('and' in match) for (const each of match.and) yield* namesIn(each);
  else if (!('regex' in match)) yield String(Object.values(match)[0]).toLowerCase();
}
