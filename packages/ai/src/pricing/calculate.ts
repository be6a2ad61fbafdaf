import { picodollars } from '../money.ts';
import type { Usage } from '../usage.ts';
import { priceIn, type Rate, type Rates } from './rates.ts';

/** What a request comes to. */
export interface Charge {
  /** Picodollars; a whole number up to thousands of dollars. */
  readonly pico: number;
  /** What reading from the provider's cache saved against fresh input, in picodollars. */
  readonly savedPico: number;
  /** Something was used that the rates do not price, beside what they do price. */
  readonly incomplete: boolean;
}

const PER_MILLION = 1e-6;
const PER_THOUSAND = 1e-3;
const PER_SECOND = 1 / 3_600;

/**
 * What this usage costs at these rates; `undefined` where the rates price nothing of what was used. The usage must have
 * been through `acceptUsage`: parts are no larger than their whole.
 */
export function charge(rates: Rates, usage: Usage): Charge | undefined {
  const sum = new Sum();
  const saved = chargeInput(rates, usage, sum);
  chargeOutput(rates, usage, sum);
  const { audioSeconds = 0, characters = 0, images = 0 } = usage;
  if (audioSeconds > 0 && rates.audioHour !== undefined) {
    sum.add(Math.max(audioSeconds, rates.leastAudioSeconds ?? 0), rates.audioHour, PER_SECOND);
  } else if (audioSeconds > 0 && usage.inputTokens === 0 && usage.outputTokens === 0) sum.miss();
  if (characters > 0 && rates.characters !== undefined) sum.add(characters, rates.characters, PER_MILLION);
  else if (characters > 0 && usage.inputTokens === 0 && usage.outputTokens === 0) sum.miss();
  // Where images are charged by their tokens, their number is only told beside.
  const image = imagePrice(rates, usage);
  if (images > 0 && image !== undefined) sum.add(images, image, 1);
  else if (images > 0 && usage.outputTokens === 0) sum.miss();
  if (rates.request !== undefined) sum.add(1, rates.request, 1);
  for (const [tool, calls] of Object.entries(usage.serverToolCalls ?? {})) chargeTool(rates, tool, calls, sum);
  if (!sum.priced && (sum.missed || usage.inputTokens + usage.outputTokens > 0)) return undefined;
  return { pico: sum.pico, savedPico: saved, incomplete: sum.missed };
}

class Sum {
  pico = 0;
  /** Something had a price. */
  priced = false;
  /** Something had none. */
  missed = false;

  add(count: number, price: number | undefined, unit: number): void {
    if (count === 0) return;
    if (price === undefined) {
      this.missed = true;
      return;
    }
    this.priced = true;
    const each = price * unit;
    const pico = picodollars(each);
    // Prices of a unit are whole picodollars but for those by the second.
    this.pico += Math.abs(pico - each * 1e12) < 1e-3 ? count * pico : Math.round(count * each * 1e12);
  }

  miss(): void {
    this.missed = true;
  }
}

/** Returns what the provider's cache saved. */
function chargeInput(rates: Rates, usage: Usage, sum: Sum): number {
  const { inputTokens } = usage;
  if (inputTokens === 0) return 0;
  const at = (rate: Rate | undefined): number | undefined => priceIn(rate, inputTokens);
  const fresh = at(rates.input);
  if (fresh === undefined && rates.audioInput === undefined) return 0;
  let rest = inputTokens;
  const take = (count = 0): number => {
    const taken = Math.min(count, rest);
    rest -= taken;
    return taken;
  };
  const cached = take(usage.cachedInputTokens);
  const written = take(usage.cacheWriteTokens);
  const long = Math.min(usage.cacheWrite1hTokens ?? 0, written);
  const audio = take(usage.audioInputTokens);
  const images = take(usage.imageInputTokens);
  const cachedPrice = at(rates.cachedInput) ?? fresh;
  const writePrice = at(rates.cacheWrite) ?? fresh;
  sum.add(cached, cachedPrice, PER_MILLION);
  sum.add(long, at(rates.cacheWrite1h) ?? writePrice, PER_MILLION);
  sum.add(written - long, writePrice, PER_MILLION);
  sum.add(audio, at(rates.audioInput) ?? fresh, PER_MILLION);
  sum.add(images, at(rates.imageInput) ?? fresh, PER_MILLION);
  sum.add(rest, fresh, PER_MILLION);
  return cached * Math.max(0, picodollars(((fresh ?? 0) - (cachedPrice ?? 0)) * PER_MILLION));
}

function chargeOutput(rates: Rates, usage: Usage, sum: Sum): void {
  const { inputTokens, outputTokens } = usage;
  const text = priceIn(rates.output, inputTokens);
  const audioPrice = priceIn(rates.audioOutput, inputTokens) ?? text;
  const imagePrice = priceIn(rates.imageOutput, inputTokens) ?? text;
  // What is priced by its input alone, as embeddings are, has no output to charge.
  if (outputTokens === 0 || (audioPrice === undefined && imagePrice === undefined)) return;
  let rest = outputTokens;
  const take = (count = 0): number => {
    const taken = Math.min(count, rest);
    rest -= taken;
    return taken;
  };
  sum.add(take(usage.audioOutputTokens), audioPrice, PER_MILLION);
  sum.add(take(usage.imageOutputTokens), imagePrice, PER_MILLION);
  if (rates.reasoning !== undefined)
    sum.add(take(usage.reasoningTokens), priceIn(rates.reasoning, inputTokens), PER_MILLION);
  sum.add(rest, text, PER_MILLION);
}

function imagePrice(
  { image }: Rates,
  { imageQuality = 'standard', imageSize = '1024x1024' }: Usage,
): number | undefined {
  if (image === undefined || typeof image === 'number') return image;
  return image[`${imageQuality}/${imageSize}`] ?? image['*'];
}

const WEB_SEARCH = /web_?search|google_?search|grounding/i;
const FILE_SEARCH = /file_?search|storage_?search/i;
const CODE_EXECUTION = /code_?(execution|interpreter)/i;
/** Charged by its tokens alone. */
const WITHOUT_CHARGE = /web_?fetch|url_?context/i;

function chargeTool(rates: Rates, tool: string, calls: number, sum: Sum): void {
  if (WITHOUT_CHARGE.test(tool)) return;
  if (WEB_SEARCH.test(tool)) sum.add(calls, rates.webSearch, PER_THOUSAND);
  else if (FILE_SEARCH.test(tool)) sum.add(calls, rates.fileSearch, PER_THOUSAND);
  else if (CODE_EXECUTION.test(tool)) sum.add(calls, rates.codeExecution, PER_THOUSAND);
  else if (calls > 0) sum.miss();
}
