import type { LogLevel } from 'telltale';

/** What the environment may say. */
export interface Settings {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** `undefined` brings up a Postgres of our own. */
  readonly databaseUrl: string | undefined;
  /** `undefined` keeps jobs in Postgres, and the cache in the process. */
  readonly redisUrl: string | undefined;
  /** Requests a second in the busiest hour; 0 is no traffic. */
  readonly traffic: number;
  /** `undefined` where `LOG_LEVEL` decides. */
  readonly logLevel: LogLevel | undefined;
}

/**
 * Reads `PORT`, `HOST`, `DATABASE_URL`, `REDIS_URL` and `TRAFFIC`.
 *
 * @throws {Error} naming the first that cannot be used, and what is allowed.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  if (env.DATABASE_URL && !URL.canParse(env.DATABASE_URL)) {
    throw new Error('DATABASE_URL cannot be read; it looks like postgres://user:password@host:5432/database.');
  }
  if (env.REDIS_URL && !/^rediss?:\/\//.test(env.REDIS_URL)) {
    throw new Error('REDIS_URL cannot be read; it looks like redis://user:password@host:6379.');
  }
  const traffic = env.TRAFFIC === 'off' ? 0 : number(env, 'TRAFFIC', 20, 30);
  return {
    port: number(env, 'PORT', 3000, 65_535),
    host: env.HOST || '127.0.0.1',
    databaseUrl: env.DATABASE_URL || undefined,
    redisUrl: env.REDIS_URL || undefined,
    traffic,
    // Under traffic, a line for each request and each visitor's mistake would bury everything else.
    logLevel: env.LOG_LEVEL ? undefined : traffic > 0 ? 'ERROR' : 'INFO',
  };
}

function number(env: NodeJS.ProcessEnv, name: string, fallback: number, max: number): number {
  const text = env[name] || String(fallback);
  if (!/^\d{1,5}$/.test(text) || Number(text) > max) {
    const allowed = `a whole number from 0 to ${max}${name === 'TRAFFIC' ? ", or 'off'" : ''}`;
    throw new Error(`${name} is '${text}'; it must be ${allowed}.`);
  }
  return Number(text);
}
