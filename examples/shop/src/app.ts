import express, { type Express } from 'express';
import { type LogLevel, setupMonitoring } from 'telltale';
import type { Database } from './database.ts';
import type { OrderEvents } from './order-events.ts';
import { createPartners } from './partners.ts';
import { notFound, problemJson } from './problem.ts';
import { customerRoutes } from './routes/customers.ts';
import { orderStreamRoutes } from './routes/order-streams.ts';
import { orderRoutes } from './routes/orders.ts';
import { productRoutes } from './routes/products.ts';
import { reportRoutes } from './routes/reports.ts';

export interface AppOptions {
  readonly database: Database;
  readonly events: OrderEvents;
  /** @default LOG_LEVEL of the environment, or INFO */
  readonly logLevel?: LogLevel;
  /** Decides what fails and how slow it is. @default Math.random */
  readonly random?: () => number;
}

export function createApp({ database, events, logLevel, random = Math.random }: AppOptions): Express {
  const app = express().disable('x-powered-by');
  // The one line that has every route below measured and logged.
  const logger = setupMonitoring(app, { serviceName: 'shop', environment: 'development', version: '1.0.0', logLevel });

  const partners = createPartners(random);
  app.use(express.json({ limit: '100kb' }));
  app.use('/products', productRoutes(database, partners));
  app.use('/orders', orderStreamRoutes(database, events), orderRoutes({ database, partners, events, logger }));
  app.use('/customers', customerRoutes(database));
  app.use('/reports', reportRoutes(database, random));
  app.use(notFound, problemJson);
  return app;
}
