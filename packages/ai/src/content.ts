import type { Masker } from '@telltale/core';

/** So much more than is shown is looked through for secrets, so that none loses by the cut what gives it away. */
const LOOKED_AT = 4;

/** A prompt or completion as it may be kept: masked, then cut to so many characters. */
export function shownContent(masker: Masker, content: string | undefined, limit: number): string | undefined {
  if (typeof content !== 'string' || content === '') return undefined;
  const masked = masker.maskText(content.slice(0, limit * LOOKED_AT));
  return masked.length > limit ? `${masked.slice(0, limit).toWellFormed()}…` : masked;
}
