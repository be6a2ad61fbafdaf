import { expect, it } from 'vitest';
import * as dashboard from './index.ts';

it('exports what is named here, and nothing else', () => {
  expect(Object.keys(dashboard).sort()).toMatchInlineSnapshot(`
    [
      "queryApi",
    ]
  `);
});
