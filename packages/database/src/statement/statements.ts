import { fingerprintOf, normaliseStatement } from './normalise.ts';
import { type StatementFacts, scanStatement } from './scan.ts';

/** So many statements are remembered; past it the oldest goes. */
const CAPACITY = 1_000;
/** Longer ones are read anew each time rather than kept. */
const MAX_KEPT_LENGTH = 4_096;

/** A statement that was met, and what is derived of it when it is first needed. */
export class Statement<T> {
  readonly facts: StatementFacts;
  /** What the observer keeps with it. */
  readonly kept: T;
  readonly #text: string;
  readonly #system: string;
  #normalised: string | undefined;
  #fingerprint: string | undefined;

  constructor(text: string, system: string, facts: StatementFacts, kept: T) {
    this.#text = text;
    this.#system = system;
    this.facts = facts;
    this.kept = kept;
  }

  /** Without its values, see `normaliseStatement`. */
  get normalised(): string {
    return (this.#normalised ??= normaliseStatement(this.#text, this.#system));
  }

  /** The same for statements that differ in their values only, see `fingerprintOf`. */
  get fingerprint(): string {
    return (this.#fingerprint ??= fingerprintOf(this.#text, this.#system));
  }
}

/** The statements of one system, by their text. Bounded in number and length. */
export class Statements<T> {
  readonly #system: string;
  readonly #keep: (facts: StatementFacts) => T;
  readonly #known = new Map<string, Statement<T>>();

  constructor(system: string, keep: (facts: StatementFacts) => T) {
    this.#system = system;
    this.#keep = keep;
  }

  of(text: string): Statement<T> {
    return this.#known.get(text) ?? this.#read(text);
  }

  #read(text: string): Statement<T> {
    const facts = scanStatement(text, this.#system);
    const statement = new Statement(text, this.#system, facts, this.#keep(facts));
    if (text.length > MAX_KEPT_LENGTH) return statement;
    if (this.#known.size >= CAPACITY) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(text, statement);
    return statement;
  }
}
