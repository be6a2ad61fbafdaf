import type { Monitor } from '@telltale/core';
import type { AIConfig } from '../options.ts';
import type { Ledger } from './ledger.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { RedisLedger } from './redis-ledger.ts';
import { defaultLedgerFile, SqliteLedger } from './sqlite-ledger.ts';

/** Where budgets are kept: in Redis if a client was given, else in a file; where no file can be had, in memory. */
export function openLedger({ config, logger }: Monitor, { budgetRedis, budgetFile }: AIConfig): Ledger {
  if (budgetRedis !== undefined) return new RedisLedger(budgetRedis);
  const file = budgetFile ?? defaultLedgerFile(process.env);
  try {
    return new SqliteLedger(file, config.clock.now());
  } catch (error) {
    logger.warning(
      'AI budgets are kept in memory only: their file cannot be opened. A restart forgets what was spent',
      {
        event_type: 'system',
        file,
        error,
      },
    );
    return new MemoryLedger();
  }
}
