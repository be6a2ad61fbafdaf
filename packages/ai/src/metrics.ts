/** Calls of models take from tens of milliseconds (an embedding) to many minutes (a long answer, thought through). */
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1_200];
/** The first piece of an answer comes later than the first byte of a page, and after thinking much later. */
const FIRST_TOKEN_BUCKETS = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 20, 40, 60, 120];

/** Everything that is measured of calls of AI models. */
export const aiMetrics = {
  requests: {
    name: 'ai_requests_total',
    help: 'Calls of models that ended, retries within a call not counted: success, error, aborted, cached (answered by a cache of the service), blocked (by a budget).',
    labelNames: ['provider', 'model', 'operation', 'status'],
  },
  duration: {
    name: 'ai_request_duration_seconds',
    help: 'Time from the beginning of a call to its end, retries and the whole of a streamed answer included.',
    labelNames: ['provider', 'model', 'operation', 'status'],
    buckets: CALL_BUCKETS,
  },
  firstToken: {
    name: 'ai_time_to_first_token_seconds',
    help: 'Time from the beginning of a streamed call to the first piece of its answer.',
    labelNames: ['provider', 'model', 'operation'],
    buckets: FIRST_TOKEN_BUCKETS,
  },
  inFlight: {
    name: 'ai_requests_in_flight',
    help: 'Calls that have not ended.',
    labelNames: ['provider'],
  },
  aborted: {
    name: 'ai_requests_aborted_total',
    help: 'Calls that whoever made them gave up before the end.',
    labelNames: ['provider', 'model', 'operation'],
  },
  errors: {
    name: 'ai_errors_total',
    help: 'Calls that failed, by the class of the error and the HTTP status of the provider.',
    labelNames: ['provider', 'model', 'operation', 'error_type', 'status_code'],
  },
  attempts: {
    name: 'ai_attempts_total',
    help: 'Requests sent to providers, retries included, as far as the integration sees them.',
    labelNames: ['provider', 'model', 'operation'],
  },
  attemptFailures: {
    name: 'ai_attempt_failures_total',
    help: 'Requests to providers that failed and were followed by another attempt.',
    labelNames: ['provider', 'model', 'error_type', 'status_code'],
  },
  tokens: {
    name: 'ai_tokens_total',
    help: 'Tokens, all that went in (input: cached ones too) and all that came out (output: reasoning too); the two add up to the total.',
    labelNames: ['provider', 'model', 'operation', 'type'],
  },
  tokenDetails: {
    name: 'ai_token_details_total',
    help: 'Of the tokens in ai_tokens_total, those of a kind: cached_input, cache_write, audio_input, image_input, reasoning, audio_output, image_output. Never to be added to them.',
    labelNames: ['provider', 'model', 'type'],
  },
  cost: {
    name: 'ai_cost_usd_total',
    help: 'What calls cost, in US dollars. Unpriced calls are in ai_unpriced_requests_total instead.',
    labelNames: ['provider', 'model', 'operation'],
  },
  costByOrigin: {
    name: 'ai_cost_by_origin_usd_total',
    help: 'What calls cost, in US dollars, by the route or the queue and job that made them; none outside of both.',
    labelNames: ['origin'],
  },
  costByAttribution: {
    name: 'ai_cost_by_attribution_usd_total',
    help: 'What calls cost, in US dollars, by what the option attributeTo says; those that spend least are other.',
    labelNames: ['attribution'],
  },
  unpriced: {
    name: 'ai_unpriced_requests_total',
    help: 'Calls without a price: the model is unknown, the provider told no usage, or the price is by something that was not told.',
    labelNames: ['provider', 'model', 'reason'],
  },
  approximated: {
    name: 'ai_approximated_prices_total',
    help: 'Calls priced by the nearest price there is: of the undated or base model, or of the standard tier.',
    labelNames: ['provider', 'model', 'reason'],
  },
  priceTableAge: {
    name: 'ai_price_table_age_seconds',
    help: 'Age of the price table in use.',
    labelNames: [],
    aggregator: 'max',
  },
  priceRefreshes: {
    name: 'ai_price_refreshes_total',
    help: 'Refreshes of the price table, by how they ended; after a failed one the table stays as it was.',
    labelNames: ['status'],
  },
  cacheRequests: {
    name: 'ai_cache_requests_total',
    help: "Calls that looked into the service's own cache of answers, by whether it had one.",
    labelNames: ['provider', 'model', 'result'],
  },
  cacheSavings: {
    name: 'ai_cache_savings_usd_total',
    help: "What caches saved, in US dollars: the service's own cache of answers (response), the provider's cache of inputs (prompt).",
    labelNames: ['provider', 'model', 'cache'],
  },
  budgetLimit: {
    name: 'ai_budget_limit_usd',
    help: 'What a budget allows in its period, in US dollars.',
    labelNames: ['budget'],
    aggregator: 'max',
  },
  budgetSpent: {
    name: 'ai_budget_spent_usd',
    help: 'What was spent of a budget in the current period, in US dollars, by all processes that share it.',
    labelNames: ['budget'],
    aggregator: 'max',
  },
  budgetReserved: {
    name: 'ai_budget_reserved_usd',
    help: 'What is set aside of a budget for calls that run, in US dollars.',
    labelNames: ['budget'],
    aggregator: 'max',
  },
  budgetForecast: {
    name: 'ai_budget_forecast_usd',
    help: 'What will have been spent of a budget at the end of the period if spending goes on as it has, in US dollars.',
    labelNames: ['budget'],
    aggregator: 'max',
  },
  budgetRefusals: {
    name: 'ai_budget_refusals_total',
    help: 'Calls that a budget which blocks did not let through.',
    labelNames: ['budget'],
  },
  budgetExceeded: {
    name: 'ai_budget_exceeded_total',
    help: 'Periods in which this process saw a budget reach its limit.',
    labelNames: ['budget'],
  },
  budgetStoreFailures: {
    name: 'ai_budget_store_failures_total',
    help: 'Failures of the store that budgets are kept in; meanwhile each process counts for itself.',
    labelNames: ['store'],
  },
  mistakes: {
    name: 'ai_tracking_mistakes_total',
    help: 'Calls tracked wrongly: ended_twice, never_ended (found by garbage collection), bad_usage (negative, not a number, parts larger than the whole), bad_call (no provider, model or operation).',
    labelNames: ['mistake'],
  },
} as const;
