import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createMasker } from '../../packages/core/src/masking/masker.ts';
import { EMBEDDINGS } from './embeddings.ts';
import { HARMLESS } from './harmless.ts';
import { namedSecrets } from './named-secrets.ts';
import { Random } from './random.ts';
import { coreOf, SECRET_KINDS } from './secrets.ts';

const masker = createMasker();

/** All that can be read of a value. */
function show(value: unknown): string {
  return inspect(value, { depth: 20, showHidden: true, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY });
}

/** Whether a secret can be read in a text, also encoded or in another spelling. */
function survives(text: string, core: string): boolean {
  const encoded = encodeURIComponent(core);
  return text.includes(core) || text.includes(encoded) || inBase64(text, core);
}

function inBase64(text: string, core: string): boolean {
  return (text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? []).some((word) => Buffer.from(word, 'base64').includes(core));
}

it('hides every planted secret that is known by its shape', () => {
  const random = new Random(20_261_122);
  const survivors: string[] = [];
  let planted = 0;
  for (const kind of SECRET_KINDS) {
    for (const { name, embed, fits } of EMBEDDINGS) {
      if (fits?.(kind) === false) continue;
      const secret = kind.make(random);
      const value = embed(secret, random);
      planted++;
      const shown = show(masker.mask(value));
      if (survives(shown, coreOf(kind, secret))) survivors.push(`${kind.name} ${name}: ${show(value)} → ${shown}`);
    }
  }
  console.info(`shapes: ${planted} planted, ${survivors.length} survived`);
  expect(planted).toBeGreaterThan(1_500);
  expect(survivors).toEqual([]);
});

it('hides every planted secret that is known by its name', () => {
  const survivors: string[] = [];
  const cases = namedSecrets(new Random(7));
  for (const { value, secret } of cases) {
    const shown = show(masker.mask(value));
    if (survives(shown, secret)) survivors.push(`${show(value)} → ${shown}`);
  }
  console.info(`names: ${cases.length} planted, ${survivors.length} survived`);
  expect(cases.length).toBeGreaterThan(500);
  expect(survivors).toEqual([]);
});

it('leaves what is no secret as it is', () => {
  const random = new Random(42);
  const touched: string[] = [];
  let texts = 0;
  for (const { name, make } of HARMLESS) {
    for (let round = 0; round < 25; round++) {
      const text = make(random);
      texts++;
      const masked = masker.maskText(text);
      if (masked !== text) touched.push(`${name}: ${text} → ${masked}`);
    }
  }
  console.info(`harmless: ${texts} texts, ${touched.length} touched`);
  expect(texts).toBeGreaterThan(1_500);
  expect(touched).toEqual([]);
});
