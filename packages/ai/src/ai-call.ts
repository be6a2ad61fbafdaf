import type { Usage } from './usage.ts';

/** What is known of a model call before it is sent. */
export interface AICallStart {
  /** Who is asked, by the name that prices go by: `openai`, `anthropic`, `google`, `mistral`, `aws`, `azure`, `groq`. */
  readonly provider: string;
  /** The model that was asked for. */
  readonly model: string;
  /** `chat`, `responses`, `embeddings`, `images`, `speech`, `transcription`, `moderation` …, or the caller's word. */
  readonly operation: string;
  /** The service that asks, where it is not the monitor's own. */
  readonly service?: string;
  readonly stream?: boolean;
  /** The largest output that was allowed, in tokens, for the reservation from a budget. */
  readonly maxOutputTokens?: number;
  /** Characters that go in, for the same. */
  readonly inputCharacters?: number;
  /** What was asked, only where {@link AICallObserver.recordsContent} is set; it is masked and cut before it is kept. */
  readonly prompt?: string | undefined;
}

/** How a model call ended, as an integration or a caller tells it. */
export interface AICallEnd {
  /** Absent where the provider did not say, as in a stream that was broken off. */
  readonly usage?: Usage | undefined;
  /** The model that answered, where it differs from the one asked for. */
  readonly servedModel?: string | undefined;
  /** US dollars, where the caller knows better than the price table. */
  readonly costUsd?: number | undefined;
  readonly error?: unknown;
  /** Whoever asked went away first: an abort, a `break` out of the stream. */
  readonly aborted?: boolean | undefined;
  /** The provider's HTTP status, where there was one. */
  readonly httpStatus?: number | undefined;
  /** What was answered, only where {@link AICallObserver.recordsContent} is set; it is masked and cut before it is kept. */
  readonly completion?: string | undefined;
}

/** One model call while it runs: one operation, however many attempts it takes. Every method is safe to call again. */
export interface AICall {
  /** Notes that a request was sent: the first, or a retry. */
  attempt(): void;
  /** Notes that an attempt failed and another will follow. */
  attemptFailed(error: unknown, httpStatus?: number): void;
  /** Notes the first piece of the answer. */
  firstToken(): void;
  /** Ends it. The first call counts; a later one is counted as a mistake and changes nothing. */
  end(end: AICallEnd): void;
}

/** What an integration tells of the model calls that it sees. */
export interface AICallObserver {
  /** Whether prompts and completions are wanted; where not, an integration must not put them together. */
  readonly recordsContent: boolean;
  /** Whether {@link AICallStart.inputCharacters} are wanted, which take counting. @default true */
  readonly countsInput?: boolean;
  /**
   * Begins a call, in the context that runs now, after asking the budgets.
   *
   * @throws {BudgetExceededError} (as a rejection) where a budget that blocks has no room left. Nothing else is ever thrown.
   */
  begin(start: AICallStart): Promise<AICall>;
}
