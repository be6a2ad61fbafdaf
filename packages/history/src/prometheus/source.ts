import { systemClock } from '@telltale/core';
import type {
  InstantQuestion,
  InstantResult,
  MatrixResult,
  Metadata,
  Metric,
  ParsedExpression,
  QueryEngine,
  RangeQuestion,
  SeriesQuestion,
} from '@telltale/promql';
import { PrometheusClient } from './client.ts';
import type { PrometheusSourceOptions } from './options.ts';
import { instantResult, listIn, matrixResult, wellFormed } from './results.ts';

/**
 * A real Prometheus (or what speaks its HTTP API: Thanos, Mimir, VictoriaMetrics) to be asked in place of the embedded
 * store: the same questions, the same answers, the same errors. Nothing is asked until a question is put.
 *
 * @throws {ConfigError} where the address or an option cannot be used.
 *
 * @example
 * const engine = prometheusSource('http://prometheus:9090');
 * const result = await engine.instant('sum(rate(http_requests_total[5m]))');
 */
export function prometheusSource(address: string, options: PrometheusSourceOptions = {}): QueryEngine {
  return new PrometheusEngine(new PrometheusClient(address, options));
}

class PrometheusEngine implements QueryEngine {
  readonly #client: PrometheusClient;

  constructor(client: PrometheusClient) {
    this.#client = client;
  }

  async instant(
    expression: string | ParsedExpression,
    { time, lookbackMs, ...patience }: InstantQuestion = {},
  ): Promise<InstantResult> {
    const query = textOf(expression);
    const parameters = { query, time: seconds(time), ...evaluating(lookbackMs, patience.timeoutMs) };
    const reply = await this.#client.post({ path: 'query', parameters, text: query, ...patience });
    return wellFormed(() => instantResult(reply, time ?? systemClock.now()));
  }

  async range(
    expression: string | ParsedExpression,
    { start, end, stepMs, lookbackMs, ...patience }: RangeQuestion,
  ): Promise<MatrixResult> {
    const query = textOf(expression);
    const span = { start: seconds(start), end: seconds(end), step: seconds(stepMs) };
    const parameters = { query, ...span, ...evaluating(lookbackMs, patience.timeoutMs) };
    const reply = await this.#client.post({ path: 'query_range', parameters, text: query, ...patience });
    return wellFormed(() => matrixResult(reply));
  }

  async series(selectors: readonly string[], question: SeriesQuestion = {}): Promise<readonly Metric[]> {
    // Prometheus lists all series only where it is told a selector that takes them.
    const match = selectors.length === 0 ? ['{__name__=~".+"}'] : selectors;
    return this.#list('series', match, question);
  }

  async labelNames(selectors: readonly string[] = [], question: SeriesQuestion = {}): Promise<readonly string[]> {
    return this.#list('labels', selectors, question);
  }

  async labelValues(name: string, selectors: readonly string[] = [], question: SeriesQuestion = {}) {
    const { start, end, ...patience } = question;
    const parameters = { 'match[]': selectors, start: seconds(start), end: seconds(end) };
    const path = `label/${encodeURIComponent(escapedName(name))}/values`;
    return listIn<string>(await this.#client.get({ path, parameters, ...patience }));
  }

  async metadata(question: { readonly metric?: string } & SeriesQuestion = {}): Promise<Metadata> {
    const { metric, timeoutMs, signal } = question;
    return (await this.#client.get({ path: 'metadata', parameters: { metric }, timeoutMs, signal })).data as Metadata;
  }

  async #list<T>(
    path: string,
    selectors: readonly string[],
    { start, end, ...patience }: SeriesQuestion,
  ): Promise<readonly T[]> {
    const parameters = { 'match[]': selectors, start: seconds(start), end: seconds(end) };
    const text = selectors.length === 1 ? selectors[0] : undefined;
    return listIn<T>(await this.#client.post({ path, parameters, text, ...patience }));
  }
}

function textOf(expression: string | ParsedExpression): string {
  return typeof expression === 'string' ? expression : expression.text;
}

function seconds(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : String(milliseconds / 1000);
}

function evaluating(lookbackMs: number | undefined, timeoutMs: number | undefined) {
  return { lookback_delta: seconds(lookbackMs), timeout: seconds(timeoutMs) };
}

/** A name that is more than letters, digits and underscores is written so that it can stand in a path. */
function escapedName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  const escaped = Array.from(name, (character) => {
    if (character === '_') return '__';
    return /[A-Za-z0-9]/.test(character) ? character : `_${character.codePointAt(0)!.toString(16)}_`;
  });
  return `U__${escaped.join('')}`;
}
