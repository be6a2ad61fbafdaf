import type { Usage } from '../usage.ts';
import { askedImages, count, type DescribedCall, object, type Wanted, word } from './answer.ts';
import { openaiProtocol } from './openai.ts';
import { promptOf, sizeOf } from './request-size.ts';

/** OpenAI's paths that ask a model something, and what each does. */
const OPERATIONS: readonly (readonly [path: string, operation: string])[] = [
  ['/chat/completions', 'chat'],
  ['/responses', 'responses'],
  ['/embeddings', 'embeddings'],
  ['/completions', 'completion'],
  ['/images/generations', 'images'],
  ['/images/edits', 'images'],
  ['/images/variations', 'images'],
  ['/audio/speech', 'speech'],
  ['/audio/transcriptions', 'transcription'],
  ['/audio/translations', 'translation'],
  ['/moderations', 'moderation'],
  ['/rerank', 'rerank'],
  ['/ocr', 'ocr'],
];

/** A request in OpenAI's protocol, or `undefined` where it asks no model. The body is an object or a form. */
export function describeOpenAI(path: string, body: unknown, wanted: Wanted): DescribedCall | undefined {
  const operation = OPERATIONS.find(([end]) => path.endsWith(end))?.[1];
  if (operation === undefined) return undefined;
  const read = reader(body);
  const input = read('messages') ?? read('input') ?? read('prompt');
  return {
    protocol: openaiProtocol,
    model: word(read('model')) ?? modelInPath(path) ?? DEFAULT_MODELS[operation] ?? 'unknown',
    operation,
    stream: read('stream') === true || read('stream') === 'true',
    maxOutputTokens:
      count(read('max_completion_tokens')) ?? count(read('max_output_tokens')) ?? count(read('max_tokens')),
    inputCharacters:
      wanted.countsInput === false ? undefined : sizeOf(input) + sizeOf(read('instructions')) + sizeOf(read('tools')),
    prompt: wanted.recordsContent ? promptOf(input) : undefined,
    usage: requestedUsage(operation, read),
    images: operation === 'images' ? askedImages(read('quality'), read('size')) : undefined,
  };
}

/** What the API takes where no model is named. */
const DEFAULT_MODELS: Readonly<Record<string, string>> = {
  moderation: 'omni-moderation-latest',
  images: 'dall-e-2',
};

function modelInPath(path: string): string | undefined {
  return /\/deployments\/([^/]+)\//.exec(path)?.[1];
}

function reader(body: unknown): (field: string) => unknown {
  if (!isPlain(body) && body instanceof FormData) return (field) => body.get(field) ?? undefined;
  const fields = object(body) ?? {};
  return (field) => fields[field];
}

/** As nearly every body is; to ask for the class of a form takes longer than all that is read here. */
function isPlain(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
}

/** Speech is charged by the characters that are spoken, and answered with nothing but sound. */
function requestedUsage(operation: string, read: (field: string) => unknown): Usage | undefined {
  const input = read('input');
  if (operation !== 'speech' || typeof input !== 'string') return undefined;
  return { inputTokens: 0, outputTokens: 0, characters: [...input].length };
}

/** Whether a chat stream would end without telling its usage. */
export function lacksUsage(call: DescribedCall, body: unknown): boolean {
  if (!call.stream || (call.operation !== 'chat' && call.operation !== 'completion')) return false;
  return object(object(body)?.stream_options)?.include_usage === undefined;
}

/** The same request, asking for the usage too. */
export function withUsage(body: object): object {
  const { stream_options } = body as { stream_options?: object };
  return { ...body, stream_options: { ...stream_options, include_usage: true } };
}
