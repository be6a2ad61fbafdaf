/**
 * A name that Prometheus accepts, made of whatever was given: `custom.operation-time` becomes
 * `custom_operation_time`, `campaignsCreated` becomes `campaigns_created`. `suffix` is put on when it is missing.
 */
export function metricName(text: string, suffix = ''): string {
  const snake = text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9:]+/g, '_')
    .replace(/^_|_$/g, '');
  const name = /^[a-z:]/.test(snake) ? snake : `_${snake}`;
  return name.endsWith(suffix) ? name : name + suffix;
}
