import { type Endpoint, whole } from './answer.ts';

/**
 * The version that clients decide by which endpoints and parameters they may use: the oldest Prometheus that has all
 * that is here.
 */
const SPEAKS = '3.0.0';

/** `status/buildinfo`: by which Grafana sees what it may ask. */
export const buildInfo = fixed({
  version: SPEAKS,
  revision: '',
  branch: 'telltale',
  buildUser: '',
  buildDate: '',
  goVersion: '',
});

/** `status/config`: there is no configuration file. */
export const config = fixed({ yaml: '' });

/** `status/flags`: there are none. */
export const flags = fixed({});

/** `status/runtimeinfo` */
export const runtimeInfo: Endpoint = {
  methods: ['GET'],
  answer: async ({ startedAt }) => whole({ startTime: new Date(startedAt).toISOString() }),
};

/** `targets`: nothing is scraped; a service measures itself. */
export const targets = fixed({ activeTargets: [], droppedTargets: [] });

/** `targets/metadata` */
export const targetMetadata = fixed([]);

/** `alertmanagers` */
export const alertmanagers = fixed({ activeAlertmanagers: [], droppedAlertmanagers: [] });

function fixed(value: unknown): Endpoint {
  return { methods: ['GET'], answer: async () => whole(value) };
}
