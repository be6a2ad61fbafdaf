export {
  bindContext,
  ConfigError,
  type ConfigMistake,
  type Context,
  type ContextFields,
  createMonitor,
  currentContext,
  defaultMonitor,
  type EventType,
  type Logger,
  type LogLevel,
  type Monitor,
  type Operation,
  type OperationListener,
  type Origin,
  runWithContext,
  setUser,
  TelltaleError,
} from '@telltale/core';
export type { RequestLabel } from '@telltale/http';
export type { MonitoringOptions } from './options.ts';
export { fastifyMonitoring, setupMonitoring, type TakesMiddleware } from './setup-monitoring.ts';
