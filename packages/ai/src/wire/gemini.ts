import type { Usage } from '../usage.ts';
import { addText, count, type Json, object, objects, type Protocol, word } from './answer.ts';

/** Gemini's protocol; each event of a stream tells the usage so far. */
export const geminiProtocol: Protocol = {
  usageKey: 'usageMetadata',

  read(answer, value) {
    const model = word(value.modelVersion);
    if (model !== undefined) answer.servedModel = model;
    const usage = object(value.usageMetadata);
    if (usage !== undefined) geminiProtocol.readUsage(answer, usage);
    const candidates = objects(value.candidates);
    if (answer.usage !== undefined && candidates.length > 0 && !candidates.some(({ finishReason }) => finishReason)) {
      answer.usage = { ...answer.usage, partial: true };
    }
    const images = objects(value.generatedImages ?? value.predictions).length;
    if (images > 0) answer.usage = { inputTokens: 0, outputTokens: 0, ...answer.usage, images };
    if (object(value.error) !== undefined) answer.error = value.error;
    for (const part of objects(object(candidates[0]?.content)?.parts)) {
      answer.started = true;
      if (part.thought !== true) addText(answer, part.text);
    }
  },

  readUsage(answer, usage) {
    answer.usage = geminiUsage(usage);
  },

  matters: (events) => events.includes('usageMetadata"') || events.includes('error"'),
};

/** Vertex's names for what the Gemini API calls a tier. */
const VERTEX_TIERS: Readonly<Record<string, string>> = {
  PROVISIONED_THROUGHPUT: 'provisioned',
  ON_DEMAND_FLEX: 'flex',
  ON_DEMAND_PRIORITY: 'priority',
};

/** What was thought is told beside what was shown, and what tools put in beside the prompt. */
function geminiUsage(usage: Json): Usage {
  const thoughts = count(usage.thoughtsTokenCount) ?? 0;
  const modality = (details: unknown, name: string): number | undefined =>
    count(objects(details).find((detail) => detail.modality === name)?.tokenCount);
  const parts = {
    cachedInputTokens: count(usage.cachedContentTokenCount),
    reasoningTokens: count(usage.thoughtsTokenCount),
    audioInputTokens: modality(usage.promptTokensDetails, 'AUDIO'),
    imageInputTokens: modality(usage.promptTokensDetails, 'IMAGE'),
    audioOutputTokens: modality(usage.candidatesTokensDetails, 'AUDIO'),
    imageOutputTokens: modality(usage.candidatesTokensDetails, 'IMAGE'),
    serviceTier: VERTEX_TIERS[String(usage.trafficType)] ?? word(usage.serviceTier),
  };
  return {
    inputTokens: (count(usage.promptTokenCount) ?? 0) + (count(usage.toolUsePromptTokenCount) ?? 0),
    outputTokens: (count(usage.candidatesTokenCount) ?? 0) + thoughts,
    ...(Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Partial<Usage>),
  };
}
