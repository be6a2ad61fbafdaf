/** Telltale's metrics about itself. */
export const ownMetrics = {
  buildInfo: {
    name: 'telltale_build_info',
    help: 'Always 1; its labels say what runs and where: version, environment, version of Telltale, version of Node.',
    labelNames: ['version', 'environment', 'telltale_version', 'node_version'],
    aggregator: 'first',
  },
  internalErrors: {
    name: 'telltale_internal_errors_total',
    help: 'Failures inside Telltale that were kept from the service, by the part in which they arose.',
    labelNames: ['component'],
  },
  seriesOverflow: {
    name: 'telltale_series_overflow_total',
    help: 'Look-ups of a label set that went to the overflow series because the metric was at its series limit.',
    labelNames: ['metric'],
  },
  logMessages: {
    name: 'log_messages_total',
    help: 'Log lines written, by level.',
    labelNames: ['level'],
  },
  logMessagesDropped: {
    name: 'log_messages_dropped_total',
    help: 'Log lines that could not be written.',
    labelNames: [],
  },
  logMessagesHeldBack: {
    name: 'log_messages_held_back_total',
    help: 'Log lines that sampling or the rate limit held back.',
    labelNames: ['level', 'reason'],
  },
} as const;
