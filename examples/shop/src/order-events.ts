import { EventEmitter } from 'node:events';

export interface OrderEvent {
  readonly type: 'placed' | 'paid';
  readonly orderId: number;
}

/** What happens to orders, for whoever listens while it happens; `end` tells them that no more will come. */
export class OrderEvents extends EventEmitter<{ order: [OrderEvent]; end: [] }> {
  constructor() {
    super();
    this.setMaxListeners(0);
  }
}
