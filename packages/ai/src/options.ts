import { type Context, flag, given, number, type OptionsOf, type Resolved, text, url } from '@telltale/core';
import { budgetsOption } from './budgets/budget.ts';
import { isRedis, type RedisLike } from './budgets/redis-ledger.ts';
import { arePriceOverrides, type PriceOverrides } from './pricing/price-overrides.ts';

/** What is known of a call when it is attributed. */
export interface AttributedCall {
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  /** The service that asks: the monitor's own, unless the call names another. */
  readonly service: string;
}

/** Says to whom or what a call's cost belongs: a tenant, a feature. Outside a request or job there is no context. */
export type AttributeTo = (context: Context | undefined, call: AttributedCall) => string | undefined;

/** The options of `ai`. */
export const aiOptions = {
  prices: given<PriceOverrides, PriceOverrides>(
    'an object of prices by model: { "provider/model": { input: 2.5, output: 10 } } in US dollars for a million tokens',
    arePriceOverrides,
    {},
  ),
  priceRefreshHours: number(0, { min: 0, max: 8_760, fraction: true, unit: 'hours; 0 keeps the installed prices' }),
  priceUrl: url(),
  attributeTo: given<AttributeTo>('a function (context, call) => text', (raw) => typeof raw === 'function'),
  maxAttributions: number(50, { min: 1, max: 1_000, unit: 'tenants or features with a series of their own' }),
  budgets: budgetsOption,
  budgetRedis: given<RedisLike>('a client of ioredis or node-redis', isRedis),
  budgetTimeoutMs: number(1_000, { min: 10, max: 60_000, unit: 'milliseconds' }),
  budgetFile: text(undefined, { env: 'TELLTALE_BUDGET_FILE' }),
  budgetScope: text(undefined),
  assumedOutputTokens: number(1_000, {
    min: 0,
    max: 1_000_000,
    unit: 'tokens, where a call does not limit its output',
  }),
  logAICalls: flag(true),
  recordContent: flag(false),
  contentLimit: number(2_000, { min: 1, max: 100_000, unit: 'characters' }),
} as const;

/** What `configureAI` takes. */
export type AIOptions = OptionsOf<typeof aiOptions>;

/** What they resolve to. */
export type AIConfig = Resolved<typeof aiOptions>;
