export type { AICall, AICallEnd, AICallObserver, AICallStart } from './ai-call.ts';
export { aiMetrics } from './metrics.ts';
export { configureAI } from './observe-ai-call.ts';
export { type AIConfig, type AIOptions, type AttributedCall, type AttributeTo, aiOptions } from './options.ts';
export type { PriceOverride, PriceOverrides } from './pricing/price-overrides.ts';
export type { Usage } from './usage.ts';
