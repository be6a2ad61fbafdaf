import type { AICall, AICallEnd, AICallObserver, AICallStart } from '../../../packages/ai/src/ai-call.ts';

/** What was told of one call. */
export interface RecordedCall {
  readonly start: AICallStart;
  attempts: number;
  readonly failures: { readonly error: unknown; readonly httpStatus: number | undefined }[];
  firstTokens: number;
  readonly ends: AICallEnd[];
}

/** An observer that writes down what integrations tell it, and asks no budget unless it is told to refuse. */
export class RecordingObserver implements AICallObserver {
  readonly calls: RecordedCall[] = [];
  readonly #refusal: Error | undefined;
  readonly recordsContent: boolean;
  begun = 0;
  ended = 0;
  #waiting: (() => void)[] = [];

  constructor({ refusal, recordsContent = false }: { refusal?: Error; recordsContent?: boolean } = {}) {
    this.#refusal = refusal;
    this.recordsContent = recordsContent;
  }

  get inFlight(): number {
    return this.begun - this.ended;
  }

  async begin(start: AICallStart): Promise<AICall> {
    if (this.#refusal !== undefined) throw this.#refusal;
    this.begun++;
    const call: RecordedCall = { start, attempts: 0, failures: [], firstTokens: 0, ends: [] };
    this.calls.push(call);
    return {
      attempt: () => {
        call.attempts++;
      },
      attemptFailed: (error, httpStatus) => {
        call.failures.push({ error, httpStatus });
      },
      firstToken: () => {
        call.firstTokens++;
      },
      end: (end) => {
        call.ends.push(end);
        if (call.ends.length === 1) this.ended++;
        for (const wake of this.#waiting.splice(0)) wake();
      },
    };
  }

  /** Resolves when every call that was begun has ended. */
  async settled(): Promise<void> {
    while (this.inFlight > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
