import { defaultMonitor, type Monitor, TelltaleError } from '@telltale/core';
import type { AICall, AICallStart } from './ai-call.ts';
import { readConverse, readInvoked, usageInHeaders } from './bedrock-answers.ts';
import { observerOf } from './guarded-observer.ts';
import { type MonitorAIOptions, resolveIntegration } from './integration-options.ts';
import { isAbort } from './is-abort.ts';
import { type Answer, count, type Json, object, type Wanted } from './wire/answer.ts';
import { parseObject } from './wire/body-collector.ts';
import { isCovered } from './wire/covered.ts';
import { isInstrumented, markInstrumented } from './wire/instrumented.ts';
import { ProviderError } from './wire/provider-error.ts';
import { promptOf, sizeOf } from './wire/request-size.ts';
import { watchEvents } from './wire/watch-events.ts';

/** The commands that ask a model something. */
const COMMANDS: ReadonlySet<string> = new Set([
  'ConverseCommand',
  'ConverseStreamCommand',
  'InvokeModelCommand',
  'InvokeModelWithResponseStreamCommand',
]);

interface Args {
  readonly input: Json;
}
interface Context {
  readonly commandName?: string;
}
interface Result {
  readonly output: Record<string, unknown>;
  readonly response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
}
type Next = (args: Args) => Promise<Result>;
type Middleware = (next: Next, context: Context) => Next;

interface BedrockClient {
  readonly middlewareStack: {
    add(middleware: Middleware, options: object): void;
    remove(name: string): boolean;
  };
}

const OPERATION = 'telltaleOperation';
const ATTEMPT = 'telltaleAttempt';

/**
 * Observes every model call of a `BedrockRuntimeClient` and returns that client: `Converse`, `InvokeModel` and the
 * streams of both; retries as attempts of one call. `InvokeModelWithBidirectionalStream` and asynchronous invocations
 * are not seen. Calling it again changes nothing.
 *
 * A budget that blocks rejects `send` with a `BudgetExceededError` as it is.
 *
 * @throws {ConfigError} for unknown options.
 * @throws {TelltaleError} where it is not given a client.
 * @example
 * const bedrock = monitorBedrock(new BedrockRuntimeClient());
 */
export function monitorBedrock<T extends object>(client: T, options: MonitorAIOptions = {}): T {
  const { provider = 'aws', ...given } = resolveIntegration(options);
  const stack = (client as unknown as Partial<BedrockClient>)?.middlewareStack;
  if (typeof stack?.add !== 'function') {
    const advice = 'pass what `new BedrockRuntimeClient()` returned';
    throw new TelltaleError('bedrock', `monitorBedrock was not given a client; ${advice}.`);
  }
  const monitor = (): Monitor => given.monitor ?? defaultMonitor();
  if (isInstrumented(client) || !monitor().enabled) return client;
  const calls = new WeakMap<object, Attempts>();

  const operation: Middleware = (next, context) => async (args) => {
    const name = context.commandName ?? '';
    if (!COMMANDS.has(name) || isCovered()) return next(args);
    const observer = observerOf(given);
    const start = monitor().errors.guard('ai', () => startOf(provider, name, args.input, observer), undefined);
    if (start === undefined) return next(args);
    const attempts = new Attempts(await observer.begin(start));
    calls.set(context, attempts);
    const answer: Answer = observer.recordsContent ? { text: '' } : {};
    try {
      const result = await next(args);
      return attend(result, new Ending(attempts, answer), start, name);
    } catch (error) {
      attempts.call.end({ error, httpStatus: statusOf(error), ...(isAbort(error) && { aborted: true }) });
      throw error;
    }
  };
  const attempt: Middleware = (next, context) => async (args) => {
    const attempts = calls.get(context);
    attempts?.begin();
    try {
      const result = await next(args);
      if (attempts) attempts.headers = result.response?.headers;
      return result;
    } catch (error) {
      attempts?.fail(error);
      throw error;
    }
  };
  stack.add(operation, { step: 'initialize', name: OPERATION, override: true });
  // Within the SDK's own retries, which come first in this step.
  stack.add(attempt, { step: 'finalizeRequest', name: ATTEMPT, priority: 'low', override: true });
  markInstrumented(client, () => {
    stack.remove(OPERATION);
    stack.remove(ATTEMPT);
  });
  return client;
}

/** The attempts at one call; that one failed is told when the next begins. */
class Attempts {
  readonly call: AICall;
  headers: Readonly<Record<string, string>> | undefined;
  #failed: { readonly error: unknown } | undefined;

  constructor(call: AICall) {
    this.call = call;
  }

  begin(): void {
    if (this.#failed) this.call.attemptFailed(this.#failed.error, statusOf(this.#failed.error));
    this.#failed = undefined;
    this.call.attempt();
  }

  fail(error: unknown): void {
    this.#failed = { error };
  }
}

class Ending {
  readonly #attempts: Attempts;
  readonly answer: Answer;
  #over = false;

  constructor(attempts: Attempts, answer: Answer) {
    this.#attempts = attempts;
    this.answer = answer;
  }

  started(): void {
    if (this.answer.started) this.#attempts.call.firstToken();
  }

  end(end: { readonly error?: unknown; readonly aborted?: boolean } = {}): void {
    if (this.#over) return;
    this.#over = true;
    const { usage, servedModel, error, text } = this.answer;
    const failure =
      end.error ??
      (error === undefined
        ? undefined
        : new ProviderError(undefined, error as Json, { showsMessage: text !== undefined }));
    this.#attempts.call.end({
      usage: usage ?? usageInHeaders(this.#attempts.headers),
      servedModel,
      ...(failure !== undefined && { error: failure }),
      ...(end.aborted && { aborted: true }),
      ...(text && { completion: text }),
    });
  }
}

/** Reads what a command resolved to; a stream is put in the place of the stream that it passes on. */
function attend(result: Result, ending: Ending, { model }: AICallStart, command: string): Result {
  const { output } = result;
  const { answer } = ending;
  if (command === 'ConverseCommand') {
    readConverse(answer, output);
    ending.end();
  } else if (command === 'InvokeModelCommand') {
    if (output.body instanceof Uint8Array) readInvoked(answer, model, output.body);
    ending.end();
  } else {
    const field = command === 'ConverseStreamCommand' ? 'stream' : 'body';
    output[field] = watchEvents(output[field] as AsyncIterable<Json>, {
      event(event) {
        const bytes = object(event.chunk)?.bytes;
        if (bytes instanceof Uint8Array) {
          readInvoked(answer, model, bytes);
        } else readConverse(answer, event);
        ending.started();
      },
      end: (how) => ending.end(how),
    });
  }
  return result;
}

function startOf(provider: string, command: string, input: Json, wanted: Wanted): AICallStart | undefined {
  const body = input.body;
  const fields = command.startsWith('Converse') ? input : parseObject(textOf(body));
  const asked = fields?.messages ?? fields?.prompt ?? fields?.inputText ?? fields?.texts;
  const inference = object(fields?.inferenceConfig) ?? object(fields?.textGenerationConfig);
  const embeds = typeof input.modelId === 'string' && input.modelId.includes('embed');
  return {
    provider,
    model: typeof input.modelId === 'string' ? modelOf(input.modelId) : 'unknown',
    operation: embeds ? 'embeddings' : 'chat',
    stream: command.includes('Stream'),
    maxOutputTokens: count(inference?.maxTokens) ?? count(inference?.maxTokenCount) ?? count(fields?.max_tokens),
    ...(wanted.countsInput !== false && { inputCharacters: sizeOf(asked) + sizeOf(fields?.system) }),
    ...(wanted.recordsContent && { prompt: promptOf(asked) }),
  };
}

/** A model may be named by an ARN, whose last part is the name. */
function modelOf(id: string): string {
  return id.startsWith('arn:') ? id.slice(id.lastIndexOf('/') + 1) : id;
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';
}

function statusOf(error: unknown): number | undefined {
  return count(object(object(error)?.$metadata)?.httpStatusCode);
}
