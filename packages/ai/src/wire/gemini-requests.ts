import { count, type DescribedCall, object, type Wanted } from './answer.ts';
import { parseObject } from './body-collector.ts';
import { geminiProtocol } from './gemini.ts';
import { promptOf, sizeOf } from './request-size.ts';

/** Gemini's actions that ask a model something, on the Gemini API and on Vertex. */
const OPERATIONS: Readonly<Record<string, string>> = {
  generateContent: 'chat',
  streamGenerateContent: 'chat',
  embedContent: 'embeddings',
  batchEmbedContents: 'embeddings',
  predict: 'predict',
};

/** A longer body has images or sounds in it; to read them again for a number would cost more than the number is worth. */
const READ_LIMIT = 1024 * 1024;

/** A request in Gemini's protocol, or `undefined` where it asks no model. */
export function describeGemini(address: string, body: unknown, wanted: Wanted): DescribedCall | undefined {
  const { pathname } = new URL(address);
  const [, model, action] = /\/models\/([^/]+):(\w+)$/.exec(decodeURIComponent(pathname)) ?? [];
  const operation = OPERATIONS[action ?? ''];
  if (model === undefined || operation === undefined) return undefined;
  const fields = typeof body === 'string' && body.length <= READ_LIMIT ? parseObject(body) : undefined;
  const input = fields?.contents ?? fields?.requests ?? fields?.content;
  return {
    protocol: geminiProtocol,
    model,
    operation,
    stream: action === 'streamGenerateContent',
    maxOutputTokens: count(object(fields?.generationConfig)?.maxOutputTokens),
    inputCharacters:
      wanted.countsInput === false
        ? undefined
        : sizeOf(input) + sizeOf(fields?.systemInstruction) + sizeOf(fields?.tools),
    prompt: wanted.recordsContent ? promptOf(input) : undefined,
  };
}
