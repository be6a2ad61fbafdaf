import type { Usage } from './usage.ts';

const COUNTS = [
  'inputTokens',
  'outputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'reasoningTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'imageInputTokens',
  'imageOutputTokens',
  'images',
  'characters',
] as const satisfies readonly (keyof Usage)[];

type Counts = { -readonly [K in (typeof COUNTS)[number]]?: number };

/** A usage that can be counted, and whether it was so from the start. */
export interface AcceptedUsage {
  readonly usage: Usage;
  readonly corrected: boolean;
}

/**
 * A usage as it can be counted. What is negative, not a number or infinite is 0; fractions of tokens are rounded; a
 * part that is larger than its whole is cut to it. Never throws.
 */
export function acceptUsage(told: Usage): AcceptedUsage {
  if (isFine(told)) return { usage: told, corrected: false };
  const given = completed(told);
  if (isFine(given)) return { usage: given, corrected: false };
  const usage: Counts = {};
  for (const key of COUNTS) {
    const count = given[key];
    if (count !== undefined) usage[key] = acceptCount(count);
  }
  const { inputTokens = 0, outputTokens = 0 } = usage;
  let input = inputTokens;
  const cut = (key: keyof Counts, whole: number): number => {
    if (usage[key] === undefined) return 0;
    return (usage[key] = Math.min(usage[key], whole));
  };
  input -= cut('cachedInputTokens', input);
  cut('cacheWrite1hTokens', cut('cacheWriteTokens', input));
  cut('audioInputTokens', inputTokens);
  cut('imageInputTokens', inputTokens);
  for (const key of ['reasoningTokens', 'audioOutputTokens', 'imageOutputTokens'] as const) cut(key, outputTokens);
  const { audioSeconds, serverToolCalls, serviceTier } = given;
  return {
    usage: {
      ...given,
      ...usage,
      inputTokens,
      outputTokens,
      audioSeconds: audioSeconds === undefined ? undefined : isAmount(audioSeconds) ? audioSeconds : 0,
      serverToolCalls:
        serverToolCalls &&
        Object.fromEntries(Object.entries(serverToolCalls).map(([tool, calls]) => [tool, acceptCount(calls)])),
      serviceTier: typeof serviceTier === 'string' ? serviceTier : undefined,
    } as Usage,
    corrected: true,
  };
}

/** Without what is null, which is to say that it was not told; what was written for an hour was written. */
function completed(told: Usage): Usage {
  const usage = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null)) as Partial<Usage>;
  const { cacheWrite1hTokens, cacheWriteTokens = cacheWrite1hTokens } = usage;
  return { ...usage, ...(cacheWriteTokens !== undefined && { cacheWriteTokens }) } as Usage;
}

function isFine(usage: Usage): boolean {
  for (const key of COUNTS) {
    const count = usage[key];
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) return false;
  }
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0, audioSeconds = 0 } = usage;
  const { serviceTier = '' } = usage;
  if (inputTokens === undefined || outputTokens === undefined || !isAmount(audioSeconds)) return false;
  if (typeof serviceTier !== 'string' || usage.serverToolCalls === null) return false;
  for (const tool in usage.serverToolCalls) {
    const calls = usage.serverToolCalls[tool]!;
    if (!(Number.isSafeInteger(calls) && calls >= 0)) return false;
  }
  return (
    cachedInputTokens + cacheWriteTokens <= inputTokens &&
    (usage.cacheWrite1hTokens ?? 0) <= cacheWriteTokens &&
    (usage.audioInputTokens ?? 0) <= inputTokens &&
    (usage.imageInputTokens ?? 0) <= inputTokens &&
    (usage.reasoningTokens ?? 0) <= outputTokens &&
    (usage.audioOutputTokens ?? 0) <= outputTokens &&
    (usage.imageOutputTokens ?? 0) <= outputTokens
  );
}

function acceptCount(count: unknown): number {
  return isAmount(count) ? Math.min(Math.round(count), Number.MAX_SAFE_INTEGER) : 0;
}

/** Whether a value is a number that can be counted. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}
