import { given, number, type OptionsOf, type Resolved, resolveConfig, text } from '@telltale/core';

/** A name and a password. */
export interface BasicAuth {
  readonly username: string;
  readonly password: string;
}

const sourceOptions = {
  headers: given<Readonly<Record<string, string>>, Readonly<Record<string, string>>>(
    'an object of texts by header name',
    (raw) => isRecord(raw) && Object.values(raw).every((value) => typeof value === 'string'),
    {},
  ),
  basicAuth: {
    ...given<BasicAuth>(
      '{ username, password }',
      (raw) => isRecord(raw) && typeof raw.username === 'string' && typeof raw.password === 'string',
    ),
    secret: true,
  },
  bearerToken: text(undefined, { secret: true }),
  timeoutMs: number(30_000, { min: 1, max: 3_600_000, unit: 'milliseconds' }),
  maxResponseBytes: number(67_108_864, { min: 1_024, max: 1_073_741_824, unit: 'bytes' }),
} as const;

/** How a Prometheus is asked. */
export interface PrometheusSourceOptions extends OptionsOf<typeof sourceOptions> {
  /** Sent with every question. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default what the address says before an `@` */
  readonly basicAuth?: BasicAuth;
  readonly bearerToken?: string;
  /** The longest that a question may take. @default 30_000 */
  readonly timeoutMs?: number;
  /** The longest answer that is read. @default 67_108_864 */
  readonly maxResponseBytes?: number;
}

/** @throws {ConfigError} naming every option that cannot be used. */
export function resolveSourceOptions(options: PrometheusSourceOptions): Resolved<typeof sourceOptions> {
  return resolveConfig(sourceOptions, { ...options }, {});
}

function isRecord(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null;
}
