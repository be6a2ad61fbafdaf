export {
  type AICallTracker,
  type AICostDetails,
  type AttributedCall,
  type AttributeTo,
  type Budget,
  BudgetExceededError,
  calculateAICost,
  monitorAnthropic,
  monitorBedrock,
  monitorGoogleGenAI,
  monitorMistral,
  monitorOpenAI,
  monitorVercelAI,
  type PriceOverrides,
  type TrackAICallOptions,
  trackAICall,
  trackAICallWithCost,
  type Usage,
} from '@telltale/ai';
export {
  type CacheControls,
  type CacheOptions,
  type CacheStats,
  monitorCache,
  monitorRedis,
  type RedisOptions,
  registerCache,
  registeredCaches,
  trackCache,
} from '@telltale/cache';
export {
  bindContext,
  ConfigError,
  type ConfigMistake,
  type Context,
  type ContextFields,
  type Counter,
  createMasker,
  createMonitor,
  currentContext,
  defaultMonitor,
  defineMetrics,
  type EventType,
  type Gauge,
  type Histogram,
  type Logger,
  type LogLevel,
  type Masker,
  type MaskerOptions,
  MetricTracker,
  type Monitor,
  mask,
  type Operation,
  type OperationListener,
  type Origin,
  runWithContext,
  setUser,
  TelltaleError,
  trackAuthentication,
  trackCounter,
  trackError,
  trackRateLimitHit,
  trackSecurityEvent,
  trackTiming,
  unmonitor,
} from '@telltale/core';
export { type DatabaseOptions, monitorClient, monitorPool, trackDatabaseQuery } from '@telltale/database';
export type { History, Kpi, KpiReading } from '@telltale/history';
export type { HistoryOptions } from '@telltale/history/options';
export { trackModuleLoad, trackWork } from '@telltale/history/tracking';
export type { RequestLabel } from '@telltale/http';
export type { QueryEngine } from '@telltale/promql';
export {
  type MonitorQueueOptions,
  type MonitorWorkerOptions,
  monitorFlow,
  monitorQueue,
  monitorQueues,
  monitorWorker,
  runInJobContext,
} from '@telltale/queue';
export { defineKpis, kpis } from './kpis.ts';
export { monitorAll } from './monitor-all.ts';
export type { MonitoringOptions } from './options.ts';
export { historyOf, queryEngine } from './remembered.ts';
export { fastifyMonitoring, setupMonitoring, type TakesMiddleware } from './setup-monitoring.ts';
