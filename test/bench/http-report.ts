import { clientOf, type Service } from './keep-alive-client.ts';
import { atMost, type Report, timingRows } from './report.ts';
import { added, interleave, type Timing } from './rounds.ts';

/** The services of one framework. `metricsAlone` is the peer that adds nothing but metrics. */
export interface Contest {
  readonly bare: Service;
  readonly floor: Service;
  readonly ours: Service;
  readonly metricsAlone: Service;
  readonly others: readonly Service[];
}

/** Measures what each service adds to a bare request, and holds ours against the goals. */
export async function compareServices(contest: Contest): Promise<Omit<Report, 'title'>> {
  const { bare, floor, ours, metricsAlone, others } = contest;
  const clients = [];
  for (const service of [bare, floor, ours, metricsAlone, ...others]) clients.push(await clientOf(service));
  const timings = await interleave(clients, { rounds: 60, roundMs: 25, warmUpMs: 500 });
  for (const [i, client] of clients.entries()) await client.check(timings[i]!.operations);

  const [bareTiming, floorTiming, ourTiming, metricsTiming] = timings as [Timing, Timing, Timing, Timing];
  const ourAdded = added(ourTiming, bareTiming);
  return {
    rows: timingRows(timings, 'µs', bareTiming).map((row, i) => ({
      ...row,
      'added µs': added(timings[i]!, bareTiming),
    })),
    goals: [
      atMost(
        1,
        `everything on adds less than ${metricsAlone.name} adds for metrics alone (× of it)`,
        ourAdded / added(metricsTiming, bareTiming),
      ),
      atMost(
        1.5,
        'everything on adds at most 1.5 times what the hand-written floor adds',
        ourAdded / added(floorTiming, bareTiming),
      ),
    ],
  };
}
