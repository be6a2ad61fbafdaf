import { TelltaleError } from '@telltale/core';
import { type MonitorAIOptions, resolveIntegration } from './integration-options.ts';
import { isStainless, observeStainless } from './stainless.ts';
import { describeAnthropic } from './wire/anthropic-requests.ts';
import { providerAt } from './wire/provider-hosts.ts';

/**
 * Observes every model call of an `@anthropic-ai/sdk` client (majors 0 and 1; those of its Bedrock and Vertex packages
 * have the same shape) and returns that client: messages, streams in every style, tool runners; retries as attempts of
 * one call. Message batches are not seen. Calling it again changes nothing.
 *
 * A budget that blocks rejects the call with a `BudgetExceededError`, which the SDK neither wraps nor retries.
 *
 * @throws {ConfigError} for unknown options.
 * @throws {TelltaleError} where it is not given a client.
 * @example
 * const anthropic = monitorAnthropic(new Anthropic());
 */
export function monitorAnthropic<T extends object>(client: T, options: MonitorAIOptions = {}): T {
  const integration = resolveIntegration(options);
  if (!isStainless(client)) {
    throw new TelltaleError(
      'anthropic',
      'monitorAnthropic was not given a client; pass what `new Anthropic()` returned.',
    );
  }
  observeStainless(client, integration, {
    describe: ({ path, body }, wanted) => describeAnthropic(path, body, wanted),
    provider({ baseURL }) {
      const provider = providerAt(baseURL);
      return provider === 'aws' || provider === 'google' || provider === 'azure' ? provider : 'anthropic';
    },
  });
  return client;
}
