import { describe, expect, it } from 'vitest';
import { applyDetector } from './detector.ts';
import { createDetectors } from './detectors.ts';
import { namesSecret } from './keys.ts';
import { createMasker } from './masker.ts';
import { createCover } from './show.ts';

const cover = createCover('kind', undefined);
const detectors = createDetectors(namesSecret);
const everything = createMasker({ enable: ['phone'] });

describe.each(detectors.map((detector) => [detector.name, detector] as const))('%s', (_, detector) => {
  const { masks, keeps } = detector.examples();

  it.each(masks)('masks %j', (text, masked) => {
    expect(applyDetector(detector, text, cover)).toBe(masked);
  });

  it.each(masks)('is reached by the quick look at %j', (text) => {
    expect(everything.maskText(text)).not.toBe(text);
  });

  it.each(keeps)('keeps %j, as the same string', (text) => {
    expect(applyDetector(detector, text, cover)).toBe(text);
    expect(everything.maskText(text)).toBe(text);
  });
});

it('has one name for each detector', () => {
  const names = detectors.map((detector) => detector.name);
  expect(new Set(names).size).toBe(names.length);
});
