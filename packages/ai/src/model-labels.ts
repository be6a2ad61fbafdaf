import { labelWord } from '@telltale/core';
import { modelName } from './pricing/model-names.ts';

const OTHER = 'other';
const MAX_PROVIDERS = 30;
const MAX_KNOWN_MODELS = 300;
const MAX_UNKNOWN_MODELS = 50;
const MAX_OPERATIONS = 50;
/** Names that were looked at, so that each is looked at once. */
const MAX_REMEMBERED = 2_000;

/** Says which names nobody made up. Asked only after a call was sent, or where there are many names. */
export interface KnownNames {
  isProvider(name: string): boolean;
  isModel(provider: string, model: string): boolean;
}

/**
 * Bounds the labels of model calls. A model that the user or the table of prices names is let through, and the first
 * fifty of others; names that somebody makes up cannot make more series than that, nor push out a known one. Providers
 * likewise, by thirty.
 */
export class ModelLabels {
  readonly #names: KnownNames;
  readonly #providers = new Set<string>();
  readonly #operations = new Set<string>();
  readonly #models = new Map<string, Map<string, string>>();
  readonly #admitted = new Set<string>();
  #remembered = 0;
  #known = 0;
  #unknown = 0;

  constructor(names: KnownNames) {
    this.#names = names;
  }

  provider(name: string): string {
    return bounded(this.#providers, name, MAX_PROVIDERS, this.#names.isProvider);
  }

  operation(name: string): string {
    return bounded(this.#operations, name, MAX_OPERATIONS);
  }

  /** `provider` as it was given, which need not be its label. */
  model(provider: string, name: string): string {
    const known = this.#models.get(provider)?.get(name);
    if (known !== undefined) return known;
    const label = this.#admit(provider, name);
    if (this.#remembered < MAX_REMEMBERED && typeof name === 'string') {
      let models = this.#models.get(provider);
      if (models === undefined) this.#models.set(provider, (models = new Map()));
      models.set(name, label);
      this.#remembered++;
    }
    return label;
  }

  #admit(provider: string, name: string): string {
    const label = labelWord(shortened(name));
    if (label === OTHER) return OTHER;
    const id = `${provider}/${label}`;
    if (this.#admitted.has(id)) return label;
    const isAdmitted = this.#names.isModel(provider, label)
      ? this.#known++ < MAX_KNOWN_MODELS
      : this.#unknown++ < MAX_UNKNOWN_MODELS;
    if (!isAdmitted) return OTHER;
    this.#admitted.add(id);
    return label;
  }
}

/** Without the organisation and the number of a fine-tuned model, and without the account of an ARN. */
function shortened(name: unknown): unknown {
  if (typeof name !== 'string') return name;
  const model = modelName(name);
  return model.startsWith('ft:') ? model.split(':').slice(0, 2).join(':') : model;
}

function bounded(seen: Set<string>, name: string, most: number, isKnown = (_: string): boolean => false): string {
  if (seen.has(name)) return name;
  const label = labelWord(name);
  if (label === OTHER || (seen.size >= most && !isKnown(label))) return OTHER;
  seen.add(label);
  return label;
}
