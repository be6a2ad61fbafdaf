import type { Settings } from './settings.ts';
import type { Shop } from './shop.ts';

/** What somebody who has just typed `npm start` needs to know, on one screen. */
export function banner({ url, postgresFolder }: Shop, { traffic, logLevel, port, redisUrl }: Settings): string {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY } = process.env;
  const real = [OPENAI_API_KEY && 'OpenAI', ANTHROPIC_API_KEY && 'Anthropic'].filter(Boolean).join(' and ');
  const level = logLevel ?? process.env.LOG_LEVEL?.toUpperCase();
  return `
  The shop is open, and Telltale watches it.

    service    ${url}/products
    metrics    ${url}/metrics${port > 0 ? `; of the worker http://127.0.0.1:${port + 1}/metrics` : ''}
    history    curl -s ${url}/telltale/api/v1/query -d 'query=sum by (route) (rate(http_requests_total[1m]))'
    health     ${url}/health

    try        curl -i ${url}/products/1 -H 'x-correlation-id: my-first-request'
               curl ${url}/orders -H 'x-correlation-id: my-order' -H 'content-type: application/json' \\
                 -d '{"customerId":1,"items":[{"productId":1,"quantity":2}]}'
               curl -N ${url}/orders/1/summary

    postgres   ${postgresFolder ? `embedded, in ${postgresFolder} until you stop` : 'yours, in its schema "shop" (DATABASE_URL)'}
    jobs       ${redisUrl ? 'in your Redis (REDIS_URL), the cache too' : 'in the same Postgres; the cache is in the process (REDIS_URL takes both to a Redis of yours)'}
    models     ${real ? `${real}, with your key` : "the example's own, which think nothing (OPENAI_API_KEY, ANTHROPIC_API_KEY)"}
    traffic    ${traffic > 0 ? `a day in ten minutes, up to ${traffic} requests a second (TRAFFIC=off for none)` : 'off'}
    log        ${process.stdout.isTTY ? 'lines' : 'lines of JSON'} below, ${level} and above${level === 'ERROR' ? ' (LOG_LEVEL=INFO for every request)' : ''}
    stop       Ctrl-C
`;
}
