import { count, type DescribedCall, object, type Wanted, word } from './answer.ts';
import { anthropicProtocol } from './anthropic.ts';
import { promptOf, sizeOf } from './request-size.ts';

/** A request in Anthropic's protocol, or `undefined` where it asks no model. */
export function describeAnthropic(path: string, body: unknown, wanted: Wanted): DescribedCall | undefined {
  const operation = /\/messages(\?|$)/.test(path) ? 'chat' : /\/v1\/complete$/.test(path) ? 'completion' : undefined;
  const fields = object(body);
  if (operation === undefined || fields === undefined) return undefined;
  const input = fields.messages ?? fields.prompt;
  return {
    protocol: anthropicProtocol,
    model: word(fields.model) ?? 'unknown',
    operation,
    stream: fields.stream === true,
    maxOutputTokens: count(fields.max_tokens),
    inputCharacters:
      wanted.countsInput === false ? undefined : sizeOf(input) + sizeOf(fields.system) + sizeOf(fields.tools),
    prompt: wanted.recordsContent ? promptOf(input) : undefined,
  };
}
