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
    const images = objects(value.generatedImages ?? value.predictions).length;
    if (images > 0) answer.usage = { inputTokens: 0, outputTokens: 0, ...answer.usage, images };
    if (object(value.error) !== undefined) answer.error = value.error;
    for (const part of objects(object(objects(value.candidates)[0]?.content)?.parts)) {
      answer.started = true;
      if (part.thought !== true) addText(answer, part.text);
    }
  },

  readUsage(answer, usage) {
    answer.usage = geminiUsage(usage);
  },

  matters: (events) => events.includes('usageMetadata"') || events.includes('error"'),
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
    serviceTier: word(usage.trafficType) === 'PROVISIONED_THROUGHPUT' ? 'provisioned' : word(usage.serviceTier),
  };
  return {
    inputTokens: (count(usage.promptTokenCount) ?? 0) + (count(usage.toolUsePromptTokenCount) ?? 0),
    outputTokens: (count(usage.candidatesTokenCount) ?? 0) + thoughts,
    ...(Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Partial<Usage>),
  };
}
