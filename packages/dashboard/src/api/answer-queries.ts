import {
  formatExpression,
  type InstantResult,
  type MatrixResult,
  ParseError,
  parseExpression,
  type Remarks,
} from '@telltale/promql';
import { type Answer, type Endpoint, type Patience, type Question, truncation, whole } from './answer.ts';
import { ApiError, invalidParameter } from './api-error.ts';
import { resultText } from './result-text.ts';
import { duration, limit, requiredDuration, requiredTime, timeOr } from './values.ts';

/** What Prometheus answers at most: a minute's resolution for a week, an hour's for a year. */
const MAX_STEPS = 11_000;

/** `query`: the answer at one moment. */
export const query: Endpoint = {
  methods: ['GET', 'POST'],
  async answer(question) {
    const { parameters, engine } = question;
    const time = timeOr(parameters, 'time', question.now);
    const options = { time, lookbackMs: lookback(question) };
    const most = limit(parameters);
    const text = parameters.get('query') ?? '';
    return evaluated(question, most, (patience) => engine.instant(text, { ...options, ...patience }));
  },
};

/** `query_range`: the answer at each step of a range. */
export const queryRange: Endpoint = {
  methods: ['GET', 'POST'],
  async answer(question) {
    const { parameters, engine } = question;
    const start = requiredTime(parameters, 'start');
    const end = requiredTime(parameters, 'end');
    if (end < start) throw invalidParameter('end', 'end timestamp must not be before start time');
    const stepMs = step(question, end - start);
    const options = { start, end, stepMs, lookbackMs: lookback(question) };
    const most = limit(parameters);
    const text = parameters.get('query') ?? '';
    return evaluated(question, most, (patience) => engine.range(text, { ...options, ...patience }));
  },
};

/** `query_exemplars`: none are kept. */
export const queryExemplars: Endpoint = {
  methods: ['GET', 'POST'],
  async answer({ parameters }) {
    const start = timeOr(parameters, 'start', Number.NEGATIVE_INFINITY);
    const end = timeOr(parameters, 'end', Number.POSITIVE_INFINITY);
    if (end < start) throw new ApiError('bad_data', 'end timestamp must not be before start timestamp');
    const { root } = parsed(parameters.get('query') ?? '');
    return root.kind === 'number' || root.kind === 'string' ? undefined : whole([]);
  },
};

/** `format_query`: the expression as it should be written. */
export const formatQuery: Endpoint = {
  methods: ['GET', 'POST'],
  answer: async ({ parameters }) => whole(formatExpression(parsed(parameters.get('query') ?? '').root)),
};

/** Parses what stands in the parameter `query`. */
function parsed(text: string) {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ParseError) throw invalidParameter('query', error.detail);
    throw error;
  }
}

/** A step is whole milliseconds, as samples have them. */
function step({ parameters }: Question, rangeMs: number): number {
  const given = requiredDuration(parameters, 'step');
  if (given <= 0) {
    throw invalidParameter('step', 'a step of zero or less is not accepted; try a positive number of seconds');
  }
  if (Math.floor(rangeMs / given) > MAX_STEPS) {
    const reason = 'exceeded maximum resolution of 11,000 points per timeseries; ask for a longer step (?step=XX)';
    throw new ApiError('bad_data', reason);
  }
  if (given < 1) throw new ApiError('execution', 'a step shorter than a millisecond cannot be evaluated');
  return Math.floor(given);
}

function lookback({ parameters }: Question): number | undefined {
  const given = duration(parameters, 'lookback_delta');
  return given === undefined || given <= 0 ? undefined : given;
}

async function evaluated<R extends InstantResult | MatrixResult>(
  question: Question,
  most: number | undefined,
  evaluate: (patience: Pick<Patience, 'signal' | 'timeoutMs'>) => Promise<R>,
): Promise<Answer> {
  let waitedMs = 0;
  const began = performance.now();
  const result = await question.inTurn((patience) => {
    waitedMs = patience.waitedMs;
    return evaluate({ signal: patience.signal, timeoutMs: patience.timeoutMs });
  });
  const stats = question.parameters.get('stats') ? statsOf(performance.now() - began, waitedMs) : undefined;
  const shown = cut(result, most);
  const { warnings = [] } = truncation(shown !== result);
  return { data: resultText(shown, stats), ...remarks(result, warnings) };
}

function cut(result: InstantResult, most = Number.POSITIVE_INFINITY): InstantResult {
  if (result.type === 'vector' && result.elements.length > most) {
    return { ...result, elements: result.elements.slice(0, most) };
  }
  if (result.type === 'matrix' && result.series.length > most) {
    return { ...result, series: result.series.slice(0, most) };
  }
  return result;
}

function remarks({ warnings, infos }: Remarks, further: readonly string[]): Pick<Answer, 'warnings' | 'infos'> {
  return { warnings: [...warnings, ...further], infos };
}

/** Seconds, under Prometheus's names. */
function statsOf(totalMs: number, waitedMs: number): object {
  return {
    timings: {
      evalTotalTime: (totalMs - waitedMs) / 1000,
      execQueueTime: waitedMs / 1000,
      execTotalTime: totalMs / 1000,
    },
  };
}
