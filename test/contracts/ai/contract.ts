import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../../../examples/shop/src/model-server/start-model-server.ts';
import type { AICallObserver } from '../../../packages/ai/src/ai-call.ts';
import type { Usage } from '../../../packages/ai/src/usage.ts';
import { outcomeOf } from './outcome.ts';
import { type RecordedCall, RecordingObserver } from './recording-observer.ts';

/** What is to be told of one call. */
interface ExpectedCall {
  readonly provider?: string;
  readonly model: string;
  readonly operation: string;
  readonly stream?: boolean;
  readonly usage?: Partial<Usage>;
  /** @default 1 */
  readonly attempts?: number;
  /** @default the model that was asked for */
  readonly servedModel?: string | undefined;
  readonly aborted?: true;
  /** The name of the error that ended it. */
  readonly error?: string;
  /** Whether the first piece of the answer was told. */
  readonly firstToken?: boolean;
}

/** One way to use an SDK. */
export interface Scenario<C> {
  readonly name: string;
  /** Resolves to whatever a user can see of the answer. */
  ask(client: C): Promise<unknown>;
  readonly calls: readonly ExpectedCall[];
}

/** An SDK, as the contract drives it. */
export interface SDKDriver<C> {
  readonly name: string;
  /** It speaks HTTP/2. */
  readonly http2?: boolean;
  /** It wraps whatever is thrown under way; what was thrown is the cause. */
  readonly wrapsErrors?: boolean;
  create(url: string): C;
  monitor(client: C, options: { readonly observer: AICallObserver }): C;
}

/** Every scenario twice, with and without us: what the user sees is the same, and what the observer is told is exact. */
export function aiContract<C>(driver: SDKDriver<C>, scenarios: readonly Scenario<C>[]): void {
  describe(driver.name, () => {
    let server: ModelServer;
    beforeAll(async () => {
      server = await startModelServer();
    });
    afterAll(() => server.close());

    const create = (): C => driver.create(driver.http2 ? server.http2Url : server.url);

    for (const { name, ask, calls } of scenarios) {
      it(`${name}: tells what was used, and the caller sees no difference`, async () => {
        const before = server.requests;
        const bare = await outcomeOf(() => ask(create()));
        const requestsOfBare = server.requests;
        const observer = new RecordingObserver();
        const watched = await outcomeOf(() => ask(driver.monitor(create(), { observer })));
        expect(watched).toStrictEqual(bare);
        await observer.settled();
        expect(observer.calls.map(summaryOf)).toEqual(calls.map((call) => expectation(call)));
        const attempts = observer.calls.reduce((sum, call) => sum + call.attempts, 0);
        expect(server.requests - requestsOfBare).toBe(calls.length === 0 ? requestsOfBare - before : attempts);
      });
    }

    it('lets a refusal of the budget reach the caller before anything is sent', async () => {
      const refusal = Object.assign(new Error('no money left'), { name: 'BudgetExceededError' });
      const client = driver.monitor(create(), { observer: new RecordingObserver({ refusal }) });
      const before = server.requests;
      const error = await scenarios[0]!.ask(client).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      expect(driver.wrapsErrors ? rootOf(error) : error).toBe(refusal);
      expect(server.requests).toBe(before);
    });
  });
}

/** The error that all others were made of. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

function summaryOf({ start, attempts, failures, firstTokens, ends }: RecordedCall): object {
  const [end] = ends;
  return {
    provider: start.provider,
    model: start.model,
    operation: start.operation,
    stream: start.stream ?? false,
    attempts,
    failedAttempts: failures.length,
    ends: ends.length,
    usage: end?.usage,
    servedModel: end?.servedModel,
    aborted: end?.aborted,
    error: (end?.error as Error | undefined)?.name,
    firstToken: firstTokens > 0,
  };
}

function expectation(call: ExpectedCall): object {
  const { provider, attempts = 1, usage, firstToken, stream = false, ...rest } = call;
  return {
    provider: provider ?? expect.any(String),
    stream,
    attempts,
    failedAttempts: attempts - 1,
    ends: 1,
    usage: usage === undefined ? undefined : expect.objectContaining(usage),
    aborted: undefined,
    error: undefined,
    servedModel: rest.error || rest.aborted ? undefined : rest.model,
    firstToken: firstToken ?? stream,
    ...rest,
  };
}
