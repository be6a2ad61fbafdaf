import { type Endpoint, whole } from './answer.ts';
import { limit } from './values.ts';

/** `metadata`: type and help of metrics. */
export const metadata: Endpoint = {
  methods: ['GET'],
  async answer(question) {
    const { parameters, engine } = question;
    const most = limit(parameters);
    const perMetric = limit(parameters, 'limit_per_metric');
    const metric = parameters.get('metric') || undefined;
    const known = await question.inTurn(({ signal, timeoutMs }) => engine.metadata({ metric, signal, timeoutMs }));
    const shown = Object.entries(known).slice(0, most);
    return whole(Object.fromEntries(shown.map(([name, all]) => [name, all.slice(0, perMetric)])));
  },
};
