import type { Chance } from './chance.ts';
import type { Answer, Client, Question } from './client.ts';

/** Who visits: the network, luck, and what visitors remember of earlier answers. */
export interface Visitors {
  readonly client: Client;
  readonly chance: Chance;
  /** Orders that are not paid yet. */
  readonly unpaid: number[];
  readonly soldOut: Set<number>;
}

/** One thing that a visitor does, always one request. */
interface Visit {
  /** How often, beside the others. */
  readonly weight: number;
  readonly ask: (visitors: Visitors) => Question;
  /** Makes use of the answer, if there was a whole one. */
  readonly use?: (answer: Answer, question: Question, visitors: Visitors) => void;
}

// As seed.sql makes them.
const PRODUCTS = 200;
const CUSTOMERS = 300;
const ORDERS_OF_EACH = 5;
const ORDERS = CUSTOMERS * ORDERS_OF_EACH;
const WORDS = ['lamp', 'clock', 'glass', 'red wooden', 'jar', 'shelf', 'nothing like this'] as const;
const QUESTIONS = [
  'When will my order arrive?',
  'Can I send a lamp back that I have used for a week?',
  'Which of your shelves carries the most?',
] as const;
/** What scanners of the internet ask any server for. */
const SCANS = ['/wp-login.php', '/.env', '/admin', '/.git/config', '/phpinfo.php', '/api/v1/users'] as const;
const NO_ORDERS = [
  { customerId: 'me', items: [] },
  { customerId: 1, items: [{ productId: 1, quantity: 0 }] },
  { customerId: 1, items: [{ productId: 999_999, quantity: 1 }] },
] as const;

const visits: readonly Visit[] = [
  // Looking around
  { weight: 18, ask: ({ chance }) => get('/products', `/products?after=${20 * chance.whole(1, 9)}`) },
  { weight: 24, ask: ({ chance }) => get('/products/:productId', `/products/${popularProduct(chance)}`) },
  {
    weight: 9,
    ask: ({ chance }) => get('/products/search', `/products/search?q=${encodeURIComponent(chance.pick(WORDS))}`),
  },
  { weight: 5, ask: ({ chance }) => get('/customers/:customerId/orders', `/customers/${customer(chance)}/orders`) },
  {
    weight: 5,
    ask: ({ chance }) => {
      const orderId = chance.whole(1, ORDERS);
      const customerId = Math.ceil(orderId / ORDERS_OF_EACH);
      return get('/customers/:customerId/orders/:orderId', `/customers/${customerId}/orders/${orderId}`);
    },
  },
  { weight: 6, ask: ({ chance }) => get('/orders/:orderId', `/orders/${chance.whole(1, ORDERS)}`) },

  // Buying
  {
    weight: 10,
    ask: ({ chance }) => ({ ...post('/orders'), body: basket(chance) }),
    use: ({ status, json }, { body }, { unpaid, soldOut }) => {
      if (status === 201 && unpaid.length < 100) unpaid.push((json as { id: number }).id);
      if (status === 409) for (const { productId } of (body as Basket).items) soldOut.add(productId);
    },
  },
  {
    weight: 7,
    ask: ({ chance, unpaid }) => {
      const orderId = unpaid.shift() ?? chance.whole(1, ORDERS);
      return post('/orders/:orderId/pay', `/orders/${orderId}/pay`);
    },
  },
  {
    weight: 1,
    ask: ({ chance, soldOut }) => {
      const [productId = chance.whole(1, PRODUCTS)] = soldOut;
      soldOut.delete(productId);
      return post('/products/:productId/restock', `/products/${productId}/restock`);
    },
  },

  // What is slow, and what fails
  { weight: 1.5, ask: () => get('/reports/sales') },
  {
    weight: 3,
    ask: ({ chance }) => get('/products/:productId/delivery', `/products/${popularProduct(chance)}/delivery`),
  },

  // Models
  { weight: 3, ask: ({ chance }) => get('/orders/:orderId/summary', `/orders/${chance.whole(1, ORDERS)}/summary`) },
  { weight: 2, ask: ({ chance }) => ({ ...post('/support'), body: { question: chance.pick(QUESTIONS) } }) },

  // Streams
  { weight: 0.6, ask: () => ({ ...get('/orders/export.csv'), pauseMs: 5 }) },
  { weight: 0.3, ask: ({ chance }) => ({ ...get('/orders/events'), hangUpAfterMs: chance.whole(5_000, 20_000) }) },

  // Mistakes, strangers, and the impatient
  { weight: 1, ask: () => get('/orders/:orderId', '/orders/4000000') },
  { weight: 1, ask: () => get('/products/:productId', '/products/first') },
  { weight: 1.5, ask: ({ chance }) => ({ ...post('/orders'), body: chance.pick(NO_ORDERS) }) },
  // It fails before a route is looked for.
  { weight: 0.5, ask: () => ({ ...post('unmatched', '/orders'), body: '{"customerId": 1, "items": [' }) },
  { weight: 2.5, ask: ({ chance }) => get('unmatched', chance.pick(SCANS)) },
  { weight: 0.5, ask: ({ chance }) => get('unmatched', `/${chance.whole(1, 1e9).toString(36)}`) },
  { weight: 0.5, ask: () => ({ method: 'PROPFIND', route: 'unmatched', path: '/' }) },
  { weight: 0.5, ask: ({ chance }) => ({ ...get('/reports/sales'), hangUpAfterMs: chance.whole(20, 90) }) },
  { weight: 0.3, ask: () => ({ ...get('/orders/export.csv'), hangUpInAnswer: true }) },
  {
    weight: 0.3,
    ask: ({ chance }) => ({
      ...get('/orders/:orderId/summary', `/orders/${chance.whole(1, ORDERS)}/summary`),
      hangUpInAnswer: true,
    }),
  },
  { weight: 0.3, ask: ({ chance }) => ({ ...post('/orders'), body: basket(chance), hangUpAfterMs: 1 }) },
];

const totalWeight = visits.reduce((sum, { weight }) => sum + weight, 0);

/** One visitor does one thing. Resolves when it is over; never rejects. */
export async function visit(visitors: Visitors): Promise<void> {
  let luck = visitors.chance.next() * totalWeight;
  const { ask, use } = visits.find(({ weight }) => (luck -= weight) < 0) ?? visits[0]!;
  const question = { ...ask(visitors), headers: identifiers(visitors.chance) };
  const answer = await visitors.client.ask(question);
  if (answer) use?.(answer, question, visitors);
}

interface Basket {
  readonly customerId: number;
  readonly items: readonly { readonly productId: number; readonly quantity: number }[];
}

function basket(chance: Chance): Basket {
  const productIds = new Set(Array.from({ length: chance.whole(1, 4) }, () => popularProduct(chance)));
  const items = [...productIds].map((productId) => ({ productId, quantity: chance.whole(1, 3) }));
  return { customerId: customer(chance), items };
}

/** A few products are looked at far more often than most. */
function popularProduct(chance: Chance): number {
  return 1 + Math.floor(PRODUCTS * chance.next() ** 2);
}

function customer(chance: Chance): number {
  return chance.whole(1, CUSTOMERS);
}

/** Most bring no identifier, some one that can be used, a few one that cannot. */
function identifiers(chance: Chance): Record<string, string> {
  const luck = chance.next();
  if (luck < 0.1) return { 'x-correlation-id': `web-${chance.whole(1, 1e9)}` };
  if (luck < 0.12) return { 'x-correlation-id': 'A'.repeat(4_000) };
  if (luck < 0.13) return { 'x-correlation-id': '\x80\xff\xfe<script>' };
  if (luck < 0.14) return { 'x-request-id': '{"level":"CRITICAL"}' };
  return {};
}

function get(route: string, path = route): Question {
  return { route, path };
}

function post(route: string, path = route): Question {
  return { method: 'POST', route, path };
}
