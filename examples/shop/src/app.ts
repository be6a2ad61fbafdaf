import express, { type Express } from 'express';
import { type LogLevel, setupMonitoring } from 'telltale';
import type { Catalogue } from './catalogue.ts';
import type { Database } from './database.ts';
import type { Jobs } from './jobs.ts';
import type { Models } from './models.ts';
import type { OrderEvents } from './order-events.ts';
import { createPartners } from './partners.ts';
import { notFound, problemJson } from './problem.ts';
import { customerRoutes } from './routes/customers.ts';
import { orderStreamRoutes } from './routes/order-streams.ts';
import { orderRoutes } from './routes/orders.ts';
import { productRoutes } from './routes/products.ts';
import { reportRoutes } from './routes/reports.ts';
import { supportRoutes } from './routes/support.ts';

export interface AppOptions {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly jobs: Jobs;
  readonly models: Models;
  readonly events: OrderEvents;
  /** Where Telltale keeps what it remembers. @default a file in the user's cache folder */
  readonly memory?: string | undefined;
  /** @default LOG_LEVEL of the environment, or INFO */
  readonly logLevel?: LogLevel;
  /** Decides what fails and how slow it is. @default Math.random */
  readonly random?: () => number;
}

export function createApp({ memory, logLevel, random = Math.random, ...services }: AppOptions): Express {
  const { database, catalogue, models, events } = services;
  const app = express().disable('x-powered-by');
  // The one line that has every route below measured and logged.
  const logger = setupMonitoring(app, {
    serviceName: 'shop',
    environment: 'development',
    version: '1.0.0',
    logLevel,
    history: { path: memory },
    budgets: [{ name: 'models', limitUsd: 5, per: 'day', onExceeded: 'alert' }],
    budgetFile: memory && `${memory}.budgets`,
  });

  const partners = createPartners(random);
  app.use(express.json({ limit: '100kb' }));
  app.use('/products', productRoutes(database, catalogue, partners));
  app.use('/orders', orderStreamRoutes(database, events), orderRoutes({ ...services, partners, logger }));
  app.use('/customers', customerRoutes(database));
  app.use('/reports', reportRoutes(database, random));
  app.use('/support', supportRoutes(models));
  app.use(notFound, problemJson);
  return app;
}
