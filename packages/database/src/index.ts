export { databaseMetrics } from './metrics.ts';
export { isDatabase, monitorClient, monitorPool } from './monitor-database.ts';
export { type DatabaseOptions, databaseOptions } from './options.ts';
export { type TrackDatabaseQueryOptions, trackDatabaseQuery } from './track-database-query.ts';
