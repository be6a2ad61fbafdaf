import { setTimeout as delay } from 'node:timers/promises';

/** Companies that the shop depends on, and that are sometimes not there. */
export interface Partners {
  /** Takes the money, or answers that it was declined. */
  charge(orderId: number, cents: number): Promise<'paid' | 'declined'>;
  /** Days until the warehouse can send the product. */
  deliveryDays(productId: number): Promise<number>;
}

/** Partners played by chance: slow now and then, and failing as real ones do. */
export function createPartners(random: () => number = Math.random): Partners {
  return {
    async charge(orderId) {
      await delay(20 + 80 * random());
      const luck = random();
      if (luck < 0.05) {
        const cause = Object.assign(new Error('connect ECONNREFUSED 203.0.113.7:443'), { code: 'ECONNREFUSED' });
        throw new Error(`The payment of order ${orderId} did not go through`, { cause });
      }
      return luck < 0.12 ? 'declined' : 'paid';
    },

    async deliveryDays(productId) {
      await delay(5 + 30 * random());
      const reply = random() < 0.1 ? '<html>502 Bad Gateway</html>' : `{"days":${1 + (productId % 5)}}`;
      return JSON.parse(reply).days;
    },
  };
}
