import Transport from 'winston-transport';

/** Keeps what reaches it, as a transport of the user's. */
export class Collector extends Transport {
  readonly seen: Record<string | symbol, unknown>[] = [];
  override log(info: Record<string | symbol, unknown>, next: () => void): void {
    this.seen.push(info);
    next();
  }
}
