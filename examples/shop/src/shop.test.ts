import { get } from 'node:http';
import { historyOf } from 'telltale';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/servers/postgres.ts';
import { readSettings } from './settings.ts';
import { type Shop, startShop } from './shop.ts';
import { spendLine } from './spend.ts';

let luck = 0.5;
let database: TestDatabase;
let shop: Shop;

beforeAll(async () => {
  database = await startTestDatabase();
  const env = { PORT: '0', TRAFFIC: 'off', DATABASE_URL: database.url };
  const settings = { ...readSettings(env), logLevel: 'CRITICAL' } as const;
  shop = await startShop(settings, () => luck);
});

afterAll(async () => {
  await shop.stop();
  await database.stop();
});

describe('products', () => {
  test('are listed twenty at a time', async () => {
    expect((await ask('/products')).body).toHaveLength(20);
    expect((await ask('/products?after=180')).body[0]).toMatchObject({ id: 181 });
    expect((await ask('/products?after=200')).body).toEqual([]);
  });

  test('are found by words of their name, which are not a pattern', async () => {
    const { body } = await ask('/products/search?q=glass%20jar');
    expect(body.map(({ name }: { name: string }) => name)).toContain('Red glass jar');
    expect((await ask('/products/search?q=%25')).body).toEqual([]);
    expect(await ask('/products/search')).toMatchObject({ status: 400 });
  });

  test.each([
    ['/products/1', 200],
    ['/products/201', 404],
    ['/products/first', 400],
    ['/products/99999999999', 400],
  ])('answer %s with %i', async (path, status) => {
    expect(await ask(path)).toMatchObject({ status });
  });

  test('have a delivery time, unless the warehouse answers nonsense', async () => {
    expect(await ask('/products/3/delivery')).toMatchObject({ status: 200, body: { days: 4 } });
    luck = 0.01;
    const failure = await ask('/products/3/delivery');
    luck = 0.5;
    expect(failure).toMatchObject({ status: 500, body: { detail: 'Something went wrong on our side' } });
  });
});

describe('an order', () => {
  test('is placed, found, found with its customer, and paid once', async () => {
    const placed = await ask('/orders', order({ customerId: 7, items: [{ productId: 1, quantity: 2 }] }));
    expect(placed).toMatchObject({ status: 201, body: { currency: 'USD' } });
    const { id, totalCents } = placed.body;

    expect((await ask(`/orders/${id}`)).body).toMatchObject({ status: 'placed', total_cents: totalCents });
    const items = [{ product: (await ask('/products/1')).body.name, quantity: 2 }];
    expect((await ask(`/customers/7/orders/${id}`)).body).toMatchObject({ id, items });
    expect(await ask(`/customers/8/orders/${id}`)).toMatchObject({ status: 404 });
    expect((await ask('/customers/7/orders')).body[0]).toMatchObject({ id });

    expect(await ask(`/orders/${id}/pay`, { method: 'POST' })).toMatchObject({ status: 200 });
    expect(await ask(`/orders/${id}/pay`, { method: 'POST' })).toMatchObject({ status: 409 });
  });

  test('that asks for more than there is changes nothing', async () => {
    const stock = async () => (await ask('/products/30')).body.stock;
    const before = await stock();
    const items = [
      { productId: 30, quantity: 1 },
      { productId: 20, quantity: 99 },
    ];
    const refused = await ask('/orders', order({ customerId: 1, items }));
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('product 20') } });
    expect(await stock()).toBe(before);
  });

  test('can be placed again once the product is back in stock', async () => {
    await ask('/products/40/restock', { method: 'POST' });
    const items = [{ productId: 40, quantity: 50 }];
    expect(await ask('/orders', order({ customerId: 1, items }))).toMatchObject({ status: 201 });
  });

  test.each([
    ['{"customerId": 1', 400],
    ['', 422],
    ['[]', 422],
    ['{"customerId": 1, "items": []}', 422],
    ['{"customerId": 1, "items": [null]}', 422],
    ['{"customerId": 1, "items": [{ "productId": 1, "quantity": 0.5 }]}', 422],
    ['{"customerId": 1, "items": [{ "productId": 201, "quantity": 1 }]}', 422],
    ['{"customerId": 9999, "items": [{ "productId": 1, "quantity": 1 }]}', 422],
  ])('in the body %s is refused with %i', async (body, status) => {
    const answer = await ask('/orders', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(answer).toMatchObject({ status, type: 'application/problem+json; charset=utf-8', body: { status } });
  });

  test('can fail to be paid in two ways', async () => {
    luck = 0.1;
    const declined = await ask('/orders/16/pay', { method: 'POST' });
    luck = 0.01;
    const failed = await ask('/orders/20/pay', { method: 'POST' });
    luck = 0.5;
    expect([declined.status, failed.status]).toEqual([402, 502]);
  });
});

test('models describe orders and answer questions, and the console says what that cost', async () => {
  const summary = await fetch(`${shop.url}/orders/1/summary`);
  expect([summary.status, summary.headers.get('transfer-encoding')]).toEqual([200, 'chunked']);
  expect((await summary.text()).length).toBeGreaterThan(20);
  const answer = await ask('/support', order({ question: 'When will it arrive?' }));
  expect(answer).toMatchObject({ status: 200, body: { answer: expect.any(String) } });
  expect(await ask('/support', order({ question: '' }))).toMatchObject({ status: 422 });

  await historyOf()!.flush();
  expect(await spendLine()).toMatch(/^models +\$0\.\d{4} spent .*\/support \$0\.0\d+/);
});

test('the report takes its time', async () => {
  luck = 0.2;
  const { body } = await ask('/reports/sales');
  luck = 0.5;
  expect(body.map(({ currency }: { currency: string }) => currency)).toEqual(['EUR', 'GBP', 'USD']);
});

test('the export streams every order once, the latest first', async () => {
  const response = await fetch(`${shop.url}/orders/export.csv`);
  const [head, ...lines] = (await response.text()).trimEnd().split('\n');
  expect(head).toBe('id,customer,status,total_cents,currency,placed_at');
  const ids = lines.map((line) => Number.parseInt(line, 10));
  expect(ids.length).toBeGreaterThanOrEqual(1_500);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
  expect(response.headers.get('transfer-encoding')).toBe('chunked');
});

test('the event feed tells of orders while they happen', async () => {
  const heard = listenUntil('event: placed');
  await heard.connected;
  const { body } = await ask('/orders', order({ customerId: 2, items: [{ productId: 2, quantity: 1 }] }));
  expect(await heard.text).toContain(`event: placed\ndata: {"orderId":${body.id}}\n\n`);
});

test('an unknown address gets a problem in JSON', async () => {
  expect(await ask('/wp-login.php')).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining('/wp-login.php') },
  });
});

test('the metrics name routes by their templates, and the business by its own', async () => {
  const metrics = await (await fetch(`${shop.url}/metrics`)).text();
  expect(metrics).toMatch(/http_requests_total\{.*route="\/customers\/:customerId\/orders\/:orderId".*\} /);
  expect(metrics).toMatch(/orders_placed_total\{currency="USD",outcome="placed".*\} /);
  expect(metrics).toMatch(/orders_placed_total\{.*outcome="sold_out".*\} 1\n/);
  expect(metrics).toMatch(/revenue_total\{currency="USD".*\} /);
  expect(metrics).toMatch(/basket_items_count.* /);
  expect(metrics).not.toContain('wp-login');
});

async function ask(path: string, init?: RequestInit) {
  const response = await fetch(`${shop.url}${path}`, init);
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  return { status: response.status, type: response.headers.get('content-type'), body: (await response.json()) as any };
}

function order(body: object): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function listenUntil(words: string) {
  const connected = Promise.withResolvers<void>();
  const text = new Promise<string>((resolve, reject) => {
    const request = get(`${shop.url}/orders/events`, (response) => {
      let heard = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        connected.resolve();
        heard += piece;
        if (!heard.includes(words)) return;
        request.destroy();
        resolve(heard);
      });
    }).on('error', reject);
  });
  return { connected: connected.promise, text };
}
