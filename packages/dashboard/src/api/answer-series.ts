import { type Endpoint, listed, type Question } from './answer.ts';
import { ApiError } from './api-error.ts';
import { unescapeLabelName } from './label-name.ts';
import { limit, timeOr } from './values.ts';

const SELECTORS = 'match[]';

/** `series`: the labels of the series that any selector matches. */
export const series: Endpoint = {
  methods: ['GET', 'POST'],
  async answer(question) {
    const { selectors, span, most } = read(question);
    if (selectors.length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
    const { engine } = question;
    const found = await question.inTurn((patience) => engine.series(selectors, { ...span, ...patience }), SELECTORS);
    return listed(found, most);
  },
};

/** `labels`: the names of labels. */
export const labels: Endpoint = {
  methods: ['GET', 'POST'],
  async answer(question) {
    const { selectors, span, most } = read(question);
    const { engine } = question;
    const names = await question.inTurn(
      (patience) => engine.labelNames(selectors, { ...span, ...patience }),
      SELECTORS,
    );
    return listed(names, most);
  },
};

/** `label/<name>/values`: the values of one label. */
export const labelValues: Endpoint = {
  methods: ['GET'],
  async answer(question) {
    const name = unescapeLabelName(question.subject);
    const { selectors, span, most } = read(question);
    const { engine } = question;
    const values = await question.inTurn(
      (patience) => engine.labelValues(name, selectors, { ...span, ...patience }),
      SELECTORS,
    );
    return listed(values, most);
  },
};

function read({ parameters }: Question) {
  const start = timeOr(parameters, 'start', undefined);
  const end = timeOr(parameters, 'end', undefined);
  return { selectors: parameters.all(SELECTORS), span: { start, end }, most: limit(parameters) };
}
