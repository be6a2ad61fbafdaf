import { createRequire } from 'node:module';
import OpenAI from 'openai';

export { OpenAI };

/** A copy of the major before, of its own for whoever asks: one can be patched without the other. */
export function loadOpenAI6(): typeof OpenAI {
  const require = createRequire(import.meta.url);
  for (const path of Object.keys(require.cache)) if (path.includes('/openai6/')) delete require.cache[path];
  return require('openai6').OpenAI;
}
