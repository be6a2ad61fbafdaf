/**
 * What one call of a model used, in one shape for every provider. Input includes what was read from or written to a
 * cache; the counts below `inputTokens` and `outputTokens` are parts of them, never additions to them.
 */
export interface Usage {
  /** All tokens that went in: fresh, read from a cache, written to one, of audio and of images. */
  readonly inputTokens: number;
  /** All tokens that came out, the reasoning that was not shown included. */
  readonly outputTokens: number;
  /** Of the input: read from the provider's cache. */
  readonly cachedInputTokens?: number;
  /** Of the input: written to the provider's cache, for however long. */
  readonly cacheWriteTokens?: number;
  /** Of `cacheWriteTokens`: written for an hour rather than five minutes. */
  readonly cacheWrite1hTokens?: number;
  /** Of the output: reasoning. */
  readonly reasoningTokens?: number;
  /** Of the input: audio. */
  readonly audioInputTokens?: number;
  /** Of the output: audio. */
  readonly audioOutputTokens?: number;
  /** Of the input: images. */
  readonly imageInputTokens?: number;
  /** Of the output: images. */
  readonly imageOutputTokens?: number;
  /** Images made, where they are charged by the piece. */
  readonly images?: number;
  /** Of what quality, as the provider names it: `standard`, `hd`. @default 'standard' */
  readonly imageQuality?: string;
  /** Of what size, as the provider names it. @default '1024x1024' */
  readonly imageSize?: string;
  /** Seconds of audio, where it is charged by its length. */
  readonly audioSeconds?: number;
  /** Characters of text, where speech is charged by them. */
  readonly characters?: number;
  /** Calls of tools that the provider runs and charges for, such as web search, by the provider's name for them. */
  readonly serverToolCalls?: Readonly<Record<string, number>>;
  /** The tier that served the call, as the provider names it: `default`, `flex`, `priority`, `batch`, `fast`, `us`. */
  readonly serviceTier?: string;
  /**
   * These counts are of a moment before the end, as where a stream was broken off: the output was at least this much.
   * What they come to is no exact price.
   */
  readonly partial?: boolean;
}
