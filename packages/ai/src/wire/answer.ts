import type { Usage } from '../usage.ts';

/** Any JSON object; its fields are to be checked before they are used. */
export type Json = Readonly<Record<string, unknown>>;

/** What has been learned of a model's answer so far. */
export interface Answer {
  usage?: Usage | undefined;
  servedModel?: string | undefined;
  /** Whether a piece of the answer itself has come. */
  started?: boolean;
  /** What the provider said went wrong inside an answer that began well. */
  error?: unknown;
  /** Which images were asked for, until some were made. */
  asked?: AskedImages | undefined;
  /** The text that was answered; only there where it is wanted. */
  text?: string;
}

/** What images of some models are charged by. */
export type AskedImages = Pick<Usage, 'imageQuality' | 'imageSize'>;

/** How a provider's answers are read: whole bodies and the events of streams. */
export interface Protocol {
  /** Reads a whole body, or the data of one event of a stream. */
  read(answer: Answer, value: Json): void;
  /** Reads the object `usage` alone, found in the tail of what was too long to be kept. */
  readUsage(answer: Answer, usage: Json): void;
  /** What the name of that object is. */
  readonly usageKey: string;
  /** Whether any of these events can matter once the answer has started; asked before they are parsed, for most do not. */
  matters(events: string): boolean;
}

/** What an observer wants to know of a request that takes some work to tell. */
export interface Wanted {
  /** The prompt as text. */
  readonly recordsContent: boolean;
  /** How long it is. */
  readonly countsInput?: boolean;
}

/** A call as its request describes it. */
export interface DescribedCall {
  readonly protocol: Protocol;
  readonly model: string;
  readonly operation: string;
  readonly stream: boolean;
  readonly maxOutputTokens?: number | undefined;
  readonly inputCharacters?: number | undefined;
  readonly prompt?: string | undefined;
  /** What the request alone tells of the usage: characters to be spoken. */
  readonly usage?: Usage | undefined;
  /** Which images are asked for. */
  readonly images?: AskedImages | undefined;
}

/** The field where it is a plain object. */
export function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The field where it is a count. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The field where it is a text with something in it. */
export function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The field where it is an array of objects, else none. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((entry) => object(entry) !== undefined) : NONE;
}

const NONE: readonly Json[] = [];

/** Of what quality and size images are; `auto` leaves it to the model. */
export function askedImages(quality: unknown, size: unknown): AskedImages {
  const told = (value: unknown): string | undefined => (value === 'auto' ? undefined : word(value));
  const imageQuality = told(quality);
  const imageSize = told(size);
  return { ...(imageQuality !== undefined && { imageQuality }), ...(imageSize !== undefined && { imageSize }) };
}

const CONTENT_LIMIT = 400_000;

/** Adds to the answer's text, where that is wanted, up to a bound far above what is ever shown. */
export function addText(answer: Answer, text: unknown): void {
  if (answer.text === undefined || typeof text !== 'string' || answer.text.length >= CONTENT_LIMIT) return;
  answer.text += text;
}
