import { answerTo, countInput, countWords, piecesOf, textsIn } from './answers.ts';
import { type Body, type Exchange, event, sendJson, sendStream } from './exchange.ts';

/** Gemini's protocol. Returns whether the path belongs to it. */
export async function answerGemini(exchange: Exchange): Promise<boolean> {
  const action = /\/models\/[^/]+:(\w+)$/.exec(decodeURIComponent(exchange.path))?.[1];
  if (action === 'generateContent') sendJson(exchange, whole(exchange));
  else if (action === 'streamGenerateContent') await sendStream(exchange, 'text/event-stream', events(exchange));
  else if (action === 'batchEmbedContents') {
    sendJson(exchange, { embeddings: exchange.body.requests.map(() => ({ values: [0.5, 0.25] })) });
  } else return false;
  return true;
}

function textFor({ body, directives }: Exchange): string {
  return answerTo(textsIn(body.contents).join('\n'), directives.words, body.generationConfig?.maxOutputTokens);
}

function calls({ body, directives }: Exchange): boolean {
  return directives.tool && !JSON.stringify(body.contents).includes('functionResponse');
}

function usageOf(exchange: Exchange, output: number): Body {
  const { body, directives } = exchange;
  const { cached, reasoning } = directives;
  const prompt = Math.max(countInput(body.contents), cached);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: output,
    totalTokenCount: prompt + output + reasoning,
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
  };
}

function answer({ model }: Exchange, parts: Body[], usageMetadata: Body, finishReason?: string): Body {
  const candidate = { content: { parts, role: 'model' }, ...(finishReason && { finishReason }), index: 0 };
  return { candidates: [candidate], usageMetadata, modelVersion: model, responseId: 'r1' };
}

function whole(exchange: Exchange): Body {
  if (calls(exchange)) {
    const name = exchange.body.tools?.[0]?.functionDeclarations?.[0]?.name ?? 'look_up';
    return answer(exchange, [{ functionCall: { name, args: { id: 7 } } }], usageOf(exchange, 9), 'STOP');
  }
  const text = textFor(exchange);
  return answer(exchange, [{ text }], usageOf(exchange, countWords(text)), 'STOP');
}

function events(exchange: Exchange): string[] {
  const pieces = piecesOf(textFor(exchange));
  return pieces.map((text, i) =>
    event(answer(exchange, [{ text }], usageOf(exchange, i + 1), i === pieces.length - 1 ? 'STOP' : undefined)),
  );
}
