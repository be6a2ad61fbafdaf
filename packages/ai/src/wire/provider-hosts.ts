/** Hosts by the end of their name, and the name that prices of their models go by. */
const HOSTS: readonly (readonly [host: string, provider: string])[] = [
  ['api.openai.com', 'openai'],
  ['openai.azure.com', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['services.ai.azure.com', 'azure'],
  ['inference.ai.azure.com', 'azure'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'google'],
  ['aiplatform.googleapis.com', 'google'],
  ['amazonaws.com', 'aws'],
  ['api.mistral.ai', 'mistral'],
  ['openrouter.ai', 'openrouter'],
  ['api.groq.com', 'groq'],
  ['api.together.xyz', 'together'],
  ['api.together.ai', 'together'],
  ['api.fireworks.ai', 'fireworks'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'x-ai'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.ai', 'cohere'],
  ['api.moonshot.ai', 'moonshotai'],
  ['api.moonshot.cn', 'moonshotai'],
  ['api.minimax.io', 'minimax'],
  ['api.novita.ai', 'novita'],
  ['api.voyageai.com', 'voyageai'],
  ['api.z.ai', 'zai'],
  ['open.bigmodel.cn', 'zhipuai'],
  ['models.github.ai', 'github-copilot'],
  ['inference.baseten.co', 'baseten'],
  ['api.cloudflare.com', 'cloudflare'],
  ['endpoints.kepler.ai.cloud.ovh.net', 'ovhcloud'],
];

/** Servers that run on one's own machine, by the port that they take unless told otherwise. */
const LOCAL_PORTS: Readonly<Record<string, string>> = {
  11434: 'ollama',
  8000: 'vllm',
  1234: 'lmstudio',
  8080: 'llamacpp',
};
const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal)$/;
const LOCAL_NAMES = new Set(['ollama', 'vllm', 'lmstudio', 'llamacpp', 'localai']);

/**
 * Who answers at an address, by the name that prices go by; a model server on this machine is `ollama`, `vllm`,
 * `lmstudio` or `llamacpp` by its port, else `local`, and costs nothing. Of other hosts it is not known: `undefined`.
 */
export function providerAt(address: string): string | undefined {
  if (looked.has(address)) return looked.get(address);
  const provider = look(address);
  if (looked.size < MAX_LOOKED) looked.set(address, provider);
  return provider;
}

/** A client asks the same address with each of its calls. */
const looked = new Map<string, string | undefined>();
const MAX_LOOKED = 200;

function look(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, port } = new URL(address);
  const known = HOSTS.find(
    ([host]) => hostname === host || hostname.endsWith(`.${host}`) || hostname.endsWith(`-${host}`),
  );
  if (known !== undefined) return known[1];
  if (LOCAL.test(hostname)) return LOCAL_PORTS[port] ?? 'local';
  return LOCAL_NAMES.has(hostname) ? hostname : undefined;
}
