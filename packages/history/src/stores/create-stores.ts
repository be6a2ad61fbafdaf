import type { Monitor } from '@telltale/core';
import type { Backend, HistoryConfig } from '../options.ts';
import { OtlpPush } from '../push/otlp.ts';
import { StatsdPush } from '../push/statsd.ts';
import { JsonLinesFile } from './json-lines-file.ts';
import { MemoryStore } from './memory-store.ts';
import { defaultPath } from './sqlite/default-path.ts';
import { SqliteOrMemory } from './sqlite/sqlite-or-memory.ts';
import type { Store } from './store.ts';

const DAY = 86_400_000;
const MEGABYTE = 1024 * 1024;

/** Makes the stores that the configuration names; none opens anything yet. */
export function createStores(
  monitor: Monitor,
  config: HistoryConfig,
  instance: string,
  onDropped: (store: string, samples: number) => void,
): readonly Store[] {
  const retentionMs = config.retentionDays * DAY;
  const memory = { maxBytes: config.maxMemoryMb * MEGABYTE, retentionMs };
  const path = config.path ?? defaultPath(monitor.identity.service);
  const make: Record<Backend, () => Store> = {
    memory: () => new MemoryStore(memory),
    sqlite: () =>
      new SqliteOrMemory(
        {
          ...{ path, instance, retentionMs, bufferSize: config.bufferSize },
          rawRetentionMs: config.rawRetentionDays * DAY,
          maxBytes: config.maxSizeMb * MEGABYTE,
          now: monitor.config.clock.now,
          onNotice: (message, error) => {
            monitor.logger.warning(message, { event_type: 'system', ...(error !== undefined && { error }) });
          },
          onDropped: (samples) => onDropped('sqlite', samples),
          onError: (error) => monitor.errors.report('history', error),
        },
        memory,
      ),
    file: () =>
      new JsonLinesFile(config.filePath ?? defaultPath(monitor.identity.service, 'jsonl'), config.maxSizeMb * MEGABYTE),
    statsd: () => new StatsdPush(config.statsdAddress, (error) => monitor.errors.report('history', error)),
    otlp: () => new OtlpPush(config.otlpEndpoint, monitor.identity, instance, monitor.config.clock.now()),
  };
  return config.backends.map((backend) => make[backend]());
}
