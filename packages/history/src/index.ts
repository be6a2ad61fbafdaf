export { type History, type HistoryStats, startHistory, type TimeRange } from './history.ts';
export { historyMetrics } from './metrics.ts';
export { BACKENDS, type Backend, type HistoryConfig, type HistoryOptions, historyOptions } from './options.ts';
export type { BasicAuth, PrometheusSourceOptions } from './prometheus-options.ts';
export { prometheusSource } from './prometheus-source.ts';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory-store.ts';
export type { StoreUsage } from './stores/store.ts';
