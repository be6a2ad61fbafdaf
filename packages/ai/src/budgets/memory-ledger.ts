import { type Account, type Answer, type Balance, HOLD_MS, type Hold, hasRoom, type Ledger } from './ledger.ts';

interface Page {
  spentUsd: number;
  reservedUsd: number;
  /** In the order in which they lapse. */
  readonly holds: Map<string, { readonly amountUsd: number; readonly until: number }>;
  readonly marks: Set<string>;
  readonly endsAt: number;
}

/** How long after its end an account is remembered. */
const KEEP_MS = 86_400_000;
const MAX_PAGES = 200;

/** Keeps accounts in this process, for as long as it runs. */
export class MemoryLedger implements Ledger {
  readonly store = 'memory';
  readonly #pages = new Map<string, Page>();

  reserve({ id, amountUsd, accounts }: Hold, now: number): Answer {
    const before = this.balances(accounts, now);
    const refused = accounts.findIndex((account, i) => !hasRoom(account, before[i]!, amountUsd));
    if (refused >= 0) return { balances: before, refusedBy: refused };
    for (const account of accounts) {
      const page = this.#page(account, now);
      page.holds.set(id, { amountUsd, until: now + HOLD_MS });
      page.reservedUsd += amountUsd;
    }
    return { balances: this.balances(accounts, now), refusedBy: undefined };
  }

  settle({ id, accounts }: Hold, costUsd: number, now: number): Answer {
    for (const account of accounts) {
      const page = this.#page(account, now);
      release(page, id);
      page.spentUsd += costUsd;
    }
    return { balances: this.balances(accounts, now), refusedBy: undefined };
  }

  balances(accounts: readonly Account[], now: number): readonly Balance[] {
    return accounts.map((account) => {
      const page = this.#page(account, now);
      for (const [id, { until }] of page.holds) {
        if (until > now) break;
        release(page, id);
      }
      return { spentUsd: page.spentUsd, reservedUsd: page.reservedUsd };
    });
  }

  /** Takes over what another ledger said is spent. */
  adopt(account: Account, spentUsd: number, now: number): void {
    this.#page(account, now).spentUsd = spentUsd;
  }

  isFirst(account: Account, mark: string): boolean {
    const { marks } = this.#page(account, 0);
    if (marks.has(mark)) return false;
    marks.add(mark);
    return true;
  }

  close(): void {
    this.#pages.clear();
  }

  #page({ key, endsAt }: Account, now: number): Page {
    let page = this.#pages.get(key);
    if (page === undefined) {
      if (this.#pages.size >= MAX_PAGES) this.#forget(now);
      this.#pages.set(key, (page = { spentUsd: 0, reservedUsd: 0, holds: new Map(), marks: new Set(), endsAt }));
    }
    return page;
  }

  #forget(now: number): void {
    for (const [key, { endsAt }] of this.#pages) if (endsAt + KEEP_MS < now) this.#pages.delete(key);
  }
}

function release(page: Page, id: string): void {
  const held = page.holds.get(id);
  if (held === undefined) return;
  page.holds.delete(id);
  // What sums in fractions leave over must not stay.
  page.reservedUsd = page.holds.size === 0 ? 0 : Math.max(0, page.reservedUsd - held.amountUsd);
}
