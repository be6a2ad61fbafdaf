import { filler } from '../detector.ts';
import type { ProviderToken } from './provider-token.ts';

/** Model providers and what is built round them. */
export const AI_TOKENS: readonly ProviderToken[] = [
  {
    // https://docs.claude.com/en/api/admin-api/apikeys/get-api-key, https://docs.claude.com/en/api/overview#authentication
    name: 'anthropic',
    label: 'ANTHROPIC KEY',
    prefixes: ['sk-ant-'],
    pattern: 'sk-ant-[A-Za-z0-9_-]{20,200}',
    examples: () => ({
      masks: [[`x sk-ant-api03-${filler('alphanumeric', 93)}AA`, 'x [ANTHROPIC KEY]']],
      keeps: ['sk-ant-x'],
    }),
  },
  {
    // https://platform.openai.com/docs/api-reference/authentication
    // Also the keys of providers that follow OpenAI's: DeepSeek, OpenRouter (sk-or-), LiteLLM, Langfuse (sk-lf-), Stability.
    name: 'openai',
    label: 'OPENAI KEY',
    prefixes: ['sk-'],
    pattern: 'sk-(?:proj|svcacct|admin|None|or-v1|lf|service)-[A-Za-z0-9_-]{20,256}|sk-[A-Za-z0-9_-]{20,256}',
    check: (secret) => {
      const body = secret.replace(/^sk-(?:[A-Za-z0-9]{2,8}-)?/, '');
      return (
        /[A-Za-z0-9]{32}/.test(body) ||
        (/\d/.test(body) && /[A-Z]/.test(body) && /[a-z]/.test(body)) ||
        /^[\da-f-]{32,}$/.test(body)
      );
    },
    examples: () => ({
      masks: [
        [
          `Incorrect API key provided: sk-${filler('alphanumeric', 20)}T3BlbkFJ${filler('alphanumeric', 20)}.`,
          'Incorrect API key provided: [OPENAI KEY].',
        ],
        [`sk-proj-${filler('alphanumeric', 74)}T3BlbkFJ${filler('alphanumeric', 74)}`, '[OPENAI KEY]'],
        [`sk-${filler('hex', 32)}`, '[OPENAI KEY]'],
      ],
      keeps: ['sk-loading-spinner-container-element', 'desk-lamp', 'sk-SK'],
    }),
  },
  {
    // https://huggingface.co/docs/hub/security-tokens, https://console.groq.com/docs/quickstart, https://docs.x.ai/docs/overview,
    // https://docs.perplexity.ai/getting-started/quickstart, https://replicate.com/docs/topics/security/api-tokens,
    // https://docs.langchain.com/langsmith/create-account-api-key, https://docs.tavily.com/, https://docs.firecrawl.dev/,
    // https://fireworks.ai/docs/api-reference/introduction, https://docs.nvidia.com/nim/, https://docs.pinecone.io/guides/projects/manage-api-keys
    name: 'model-provider',
    label: 'MODEL PROVIDER KEY',
    prefixes: [
      'hf_',
      'api_org_',
      'gsk_',
      'xai-',
      'pplx-',
      'r8_',
      'lsv2_',
      'ls__',
      'tvly-',
      'fc-',
      'fw_',
      'nvapi-',
      'pcsk_',
      'csk-',
      'jina_',
      'tgp_v1_',
      'voyage-',
    ],
    pattern:
      'hf_[A-Za-z0-9]{30,40}|api_org_[A-Za-z0-9]{30,40}|gsk_[A-Za-z0-9]{40,64}|xai-[A-Za-z0-9_-]{60,100}|pplx-[A-Za-z0-9]{40,64}|r8_[A-Za-z0-9]{37,40}|lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}|ls__[a-f0-9]{32}|tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,40}|fc-[a-f0-9]{32}|fw_[A-Za-z0-9]{22,40}|nvapi-[A-Za-z0-9_-]{60,70}|pcsk_[A-Za-z0-9_]{50,80}|csk-[a-z0-9]{44,52}|jina_[A-Za-z0-9_-]{50,70}|tgp_v1_[A-Za-z0-9_-]{43}',
    examples: () => ({
      masks: [
        [`hf_${filler('alphanumeric', 34)}`, '[MODEL PROVIDER KEY]'],
        [`gsk_${filler('alphanumeric', 52)}`, '[MODEL PROVIDER KEY]'],
        [`pplx-${filler('alphanumeric', 48)}`, '[MODEL PROVIDER KEY]'],
      ],
      keeps: ['hf_hub_download', 'msgsk_', 'fc-cache'],
    }),
  },
];
