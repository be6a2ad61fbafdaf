import { positionAt, type Span } from './syntax/position.ts';

/** What a query wants to say beside its result, each remark once. */
export class Annotations {
  readonly #text: string;
  readonly #warnings = new Set<string>();
  readonly #infos = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The result is likely not what was meant. */
  warn(span: Span, message: string): void {
    this.#warnings.add(`PromQL warning: ${message} ${this.#place(span)}`);
  }

  /** The result is sound; the expression or the data may not be. */
  inform(span: Span, message: string): void {
    this.#infos.add(`PromQL info: ${message} ${this.#place(span)}`);
  }

  get warnings(): string[] {
    return [...this.#warnings];
  }

  get infos(): string[] {
    return [...this.#infos];
  }

  #place(span: Span): string {
    const { line, column } = positionAt(this.#text, span.from);
    return `(${line}:${column})`;
  }
}
