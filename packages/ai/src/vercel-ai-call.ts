import type { AICall, AICallObserver, AICallStart } from './ai-call.ts';
import { isAbort } from './is-abort.ts';
import { vercelUsage } from './vercel-ai-usage.ts';
import { type AskedImages, type Json, object, objects, word } from './wire/answer.ts';
import { runCovered } from './wire/covered.ts';

/** Whatever a model's `doGenerate`, `doStream` or `doEmbed` resolves to. */
type Answer = Json & { readonly stream?: ReadableStream<unknown> };

/** What a model is asked, as far as it is observed. */
export interface AskedModel {
  readonly start: AICallStart;
  readonly signal?: AbortSignal | undefined;
  readonly images?: AskedImages;
}

/**
 * Makes one call of a model, observed. The clients and fetches that the model uses for it do not count it again. What
 * it resolves to is the model's own answer, save that a stream is passed on by another.
 */
export async function observeModelCall<T>(
  observer: AICallObserver,
  { start, signal, images }: AskedModel,
  run: () => PromiseLike<T>,
): Promise<T> {
  const call = await observer.begin(start);
  call.attempt();
  let answer: T;
  try {
    answer = await runCovered(run);
  } catch (error) {
    const aborted = signal?.aborted || isAbort(error);
    call.end({ error, httpStatus: statusOf(error), ...(aborted && { aborted: true }) });
    throw error;
  }
  const { stream } = answer as Answer;
  if (stream instanceof ReadableStream) {
    return { ...answer, stream: watchParts(stream, new PartReader(call, observer.recordsContent)) };
  }
  endWith(call, answer as Answer, images, observer.recordsContent);
  return answer;
}

function endWith(call: AICall, answer: Answer, asked: AskedImages | undefined, recordsContent: boolean): void {
  const usage = vercelUsage(answer.usage, answer.providerMetadata);
  const images = Array.isArray(answer.images) ? answer.images.length : 0;
  const text = recordsContent
    ? objects(answer.content)
        .map((part) => word(part.text) ?? '')
        .join('')
    : '';
  call.end({
    usage: images > 0 ? { inputTokens: 0, outputTokens: 0, ...usage, images, ...asked } : usage,
    servedModel: word(object(answer.response)?.modelId),
    ...(text !== '' && { completion: text }),
  });
}

function statusOf(error: unknown): number | undefined {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** Reads the parts of a model's stream as they pass. */
class PartReader {
  readonly #call: AICall;
  #usage: ReturnType<typeof vercelUsage>;
  #model: string | undefined;
  #error: unknown;
  #text: string | undefined;
  #started = false;
  #over = false;

  constructor(call: AICall, recordsContent: boolean) {
    this.#call = call;
    this.#text = recordsContent ? '' : undefined;
  }

  read(value: unknown): void {
    const part = object(value);
    if (part === undefined || typeof part.type !== 'string') return;
    if (!this.#started && STARTS.has(part.type)) {
      this.#started = true;
      this.#call.firstToken();
    }
    if (this.#text !== undefined && part.type === 'text-delta') this.#text += String(part.delta ?? '');
    if (part.type === 'finish') this.#usage = vercelUsage(part.usage, part.providerMetadata);
    else if (part.type === 'response-metadata') this.#model = word(part.modelId) ?? this.#model;
    else if (part.type === 'error') this.#error = part.error;
  }

  end(end: { readonly error?: unknown; readonly aborted?: boolean } = {}): void {
    if (this.#over) return;
    this.#over = true;
    const error = end.error ?? this.#error;
    this.#call.end({
      usage: this.#usage,
      servedModel: this.#model,
      ...(error !== undefined && { error }),
      ...(end.aborted && this.#usage === undefined && { aborted: true }),
      ...(this.#text && { completion: this.#text }),
    });
  }
}

const STARTS = new Set(['text-delta', 'reasoning-delta', 'tool-input-delta', 'tool-call', 'file']);

function watchParts(stream: ReadableStream<unknown>, parts: PartReader): ReadableStream<unknown> {
  const reader = stream.getReader();
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            parts.end();
            controller.close();
          } else {
            parts.read(value);
            controller.enqueue(value);
          }
        } catch (error) {
          parts.end(isAbort(error) ? { aborted: true } : { error });
          throw error;
        }
      },
      cancel(reason) {
        parts.end({ aborted: true });
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
