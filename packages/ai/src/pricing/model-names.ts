/** A model's name, where it stands for another one whose price is known. */
export interface NearbyName {
  readonly provider: string;
  readonly model: string;
  /** Why it is not the name that was given. */
  readonly reason: 'dated' | 'fine_tuned' | 'routed';
}

/** Names of providers that the price table has under another one. */
const PROVIDERS: Readonly<Record<string, string>> = {
  gemini: 'google',
  vertex: 'google',
  'google-vertex': 'google',
  'google-genai': 'google',
  bedrock: 'aws',
  'amazon-bedrock': 'aws',
  'azure-openai': 'azure',
  xai: 'x-ai',
  togetherai: 'together',
  mistralai: 'mistral',
  moonshot: 'moonshotai',
  'meta-llama': 'meta',
};

/** What runs on the service's own machines and is paid for otherwise. */
const LOCAL = new Set(['ollama', 'vllm', 'lmstudio', 'lm-studio', 'llamacpp', 'llama.cpp', 'localai', 'local']);

/** The provider by the name that the price table has for it. */
export function providerName(provider: string): string {
  const name = provider.trim().toLowerCase();
  return Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name]! : name;
}

/** Whether a provider is software that the service runs itself, for which nobody sends a bill by the token. */
export function isLocalProvider(provider: string): boolean {
  return LOCAL.has(provider);
}

/** Who sells models that nobody may run at home. */
export const SELLERS: readonly string[] = ['openai', 'anthropic', 'google'];
/** Models of the same makers that anybody may run, and what others make of those. */
const OPEN = /gpt-oss|gemma|llama|qwen|mistral|distill|gguf/;

/**
 * The name by which a model that a local server offers would be sold, if it hands calls on as a proxy does: without
 * `openai/`, `bedrock/us.anthropic.` and the like. `undefined` where anybody may run such a model. LocalAI is asked for
 * its own models by the names of OpenAI's.
 */
export function soldName(provider: string, model: string): string | undefined {
  if (provider === 'localai' || OPEN.test(model)) return undefined;
  return model.slice(model.lastIndexOf('/') + 1).replace(/^([a-z-]+\.)?anthropic\./, '');
}

/** The model within an ARN or a resource path (`models/gemini-2.5-pro`, `…:inference-profile/us.anthropic.claude…`). */
export function modelName(model: string): string {
  const name = model.trim().toLowerCase();
  if (name.startsWith('arn:')) return name.slice(name.lastIndexOf('/') + 1);
  return name.replace(/^(projects\/.*\/)?(publishers\/[^/]+\/)?models\//, '').replace('@', '-');
}

/** `-2026-01-31`, `-20260131`, `-0131`, `-v1:0`, `-001`, `-latest`, `-preview`, `-preview-05-20`, `-exp`. */
const VERSION =
  /-(20\d\d-\d\d-\d\d|20\d{6}|[01]\d[0-3]\d|v\d+(:\d+)*|\d{3}|latest|(preview|exp)(-\d\d-(20\d\d|\d\d))?)$/;

/**
 * Names whose price is the nearest to that of a name which has none, nearest first: the base of a fine-tuned model, the
 * model behind a router's `vendor/model`, the name without its date.
 */
export function* nearbyNames(provider: string, model: string): Generator<NearbyName, void, void> {
  let base = model;
  let reason: NearbyName['reason'] = 'dated';
  if (model.startsWith('ft:')) {
    base = model.split(':')[1] ?? '';
    reason = 'fine_tuned';
    yield { provider, model: base, reason };
  }
  yield* undated(provider, base, reason);
  const slash = base.indexOf('/');
  if (slash <= 0) return;
  const vendor = providerName(base.slice(0, slash));
  const rest = base.slice(slash + 1);
  yield { provider: vendor, model: rest, reason: 'routed' };
  yield* undated(vendor, rest, 'routed');
}

function* undated(provider: string, model: string, reason: NearbyName['reason']): Generator<NearbyName, void, void> {
  for (const name of withoutVersions(model)) yield { provider, model: name, reason };
}

/** The name without its last date or version, then without the one before that. */
export function* withoutVersions(model: string): Generator<string, void, void> {
  let name = model;
  for (let shorter = name.replace(VERSION, ''); shorter !== name; shorter = name.replace(VERSION, '')) {
    name = shorter;
    yield name;
  }
}
