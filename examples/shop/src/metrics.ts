import { defineMetrics } from 'telltale';

/** What the business wants to know, beside what every service measures. */
export const metrics = defineMetrics({
  ordersPlaced: {
    type: 'counter',
    help: 'Orders that customers tried to place.',
    labels: ['currency', 'outcome'],
  },
  revenue: {
    type: 'counter',
    help: 'Money received for orders, in whole units of the currency.',
    labels: ['currency'],
  },
  basketItems: {
    type: 'histogram',
    help: 'Items in an order that was placed.',
    buckets: [1, 2, 3, 5, 8, 13, 21],
  },
});
