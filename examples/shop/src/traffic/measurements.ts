import { Latencies } from './latencies.ts';

/** What the clients saw of one route. */
export interface RouteSummary {
  readonly method: string;
  /** As the service names it, such as `/products/:productId`; `unmatched` for what it does not have. */
  readonly route: string;
  /** Whole answers, by status code. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests that the client itself broke off. */
  readonly hungUp: number;
  /** Requests that the service broke off or never took. */
  readonly failed: number;
  /** Of whole answers, from the request to the last byte. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** What the clients saw of everything. */
export interface TrafficSummary {
  readonly requests: number;
  /** Answers of 500 and above. */
  readonly errors: number;
  readonly hungUp: number;
  readonly failed: number;
  readonly p95Ms: number;
  readonly routes: readonly RouteSummary[];
}

/** The clients' own measure of the service, to hold against what the service says of itself. */
export class Measurements {
  readonly #routes = new Map<string, RouteMeasurement>();

  of(method: string, route: string): RouteMeasurement {
    const key = `${method} ${route}`;
    let measurement = this.#routes.get(key);
    if (!measurement) {
      measurement = new RouteMeasurement(method, route);
      this.#routes.set(key, measurement);
    }
    return measurement;
  }

  summary(): TrafficSummary {
    const all = new Latencies();
    for (const { latencies } of this.#routes.values()) all.add(latencies);
    const routes = [...this.#routes.values()].map((measurement) => measurement.summary());
    const total = (count: (route: RouteSummary) => number): number =>
      routes.reduce((sum, route) => sum + count(route), 0);
    const hungUp = total((route) => route.hungUp);
    const failed = total((route) => route.failed);
    const errors = total(({ statuses }) =>
      Object.entries(statuses).reduce((sum, [status, count]) => sum + (Number(status) >= 500 ? count : 0), 0),
    );
    return { requests: all.count + hungUp + failed, errors, hungUp, failed, p95Ms: all.quantile(0.95), routes };
  }
}

class RouteMeasurement {
  readonly #method: string;
  readonly #route: string;
  readonly #statuses: Record<number, number> = {};
  readonly latencies = new Latencies();
  hungUp = 0;
  failed = 0;

  constructor(method: string, route: string) {
    this.#method = method;
    this.#route = route;
  }

  answered(status: number, ms: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    this.latencies.observe(ms);
  }

  summary(): RouteSummary {
    const { hungUp, failed, latencies } = this;
    const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((q) => latencies.quantile(q)) as [number, number, number];
    const statuses = { ...this.#statuses };
    return { method: this.#method, route: this.#route, statuses, hungUp, failed, p50Ms, p95Ms, p99Ms };
  }
}
