export { type History, type HistoryStats, startHistory, type TimeRange } from './history.ts';
export { historyMetrics } from './metrics.ts';
export { BACKENDS, type Backend, type HistoryConfig, type HistoryOptions, historyOptions } from './options.ts';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory-store.ts';
export type { StoreUsage } from './stores/store.ts';
