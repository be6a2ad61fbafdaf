/** What every line says. */
export const MESSAGE = 'Order shipped';

/** What a service says of things that happen: twelve fields, one of them an object; half of them differ from line to line. */
const LINES = Array.from({ length: 256 }, (_, i) => ({
  event_type: 'business',
  correlation_id: `0197f2aa-6c1e-7c3b-9d43-${(0x7a2f1c0e5b11 + i * 7_919).toString(16)}`,
  method: 'POST',
  path: `/api/v1/orders/${40 + i}/ship`,
  route: '/api/v1/orders/:id/ship',
  status_code: 202,
  duration_ms: 12.34 + i,
  user_id: `u-${20_931 + i * 13}`,
  order: { id: String(40 + i), total: 199.9 + i, items: 1 + (i % 5) },
  carrier: 'DHL "Express"',
  express: true,
  attempt: 1,
}));
/** The fields of a line by its number. */
export const fieldsOf = (line: number) => LINES[line & 255]!;
