import type { Settings } from './settings.ts';
import type { Shop } from './shop.ts';

/** What somebody who has just typed `npm start` needs to know, on one screen. */
export function banner({ url, postgresFolder }: Shop, { traffic, logLevel }: Settings): string {
  const level = logLevel ?? process.env.LOG_LEVEL?.toUpperCase();
  return `
  The shop is open, and Telltale watches it.

    service    ${url}/products
    metrics    ${url}/metrics
    health     ${url}/health

    try        curl -i ${url}/products/1 -H 'x-correlation-id: my-first-request'

    postgres   ${postgresFolder ? `embedded, in ${postgresFolder} until you stop` : 'yours, in its schema "shop" (DATABASE_URL)'}
    traffic    ${traffic > 0 ? `a day in ten minutes, up to ${traffic} requests a second (TRAFFIC=off for none)` : 'off'}
    log        ${process.stdout.isTTY ? 'lines' : 'lines of JSON'} below, ${level} and above${level === 'ERROR' ? ' (LOG_LEVEL=INFO for every request)' : ''}
    stop       Ctrl-C
`;
}
