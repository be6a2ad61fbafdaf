import { signatureOf, type ValueType } from '@telltale/promql';
import { DATA_MS, DATA_START } from './dataset.ts';
import type { Random } from './random.ts';
import {
  AGGREGATIONS,
  ARITHMETIC,
  COMPARISONS,
  DATE_FUNCTIONS,
  DURATIONS,
  ELEMENT_FUNCTIONS,
  LABELS,
  METRICS,
  NUMBERS,
  PATTERNS,
  PERIODIC,
  RANGE_FUNCTIONS,
  STEPS,
} from './vocabulary.ts';

/** Makes up expressions of any type by PromQL's grammar; most have a value on the data set, some are errors. */
export class ExpressionGenerator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  expression(): string {
    const depth = this.#random.integer(1, 5);
    const text = this.#random.chance(0.9) ? this.vector(depth) : this.scalar(depth);
    return this.#random.chance(0.02) ? this.#broken(text) : text;
  }

  vector(depth: number): string {
    const random = this.#random;
    if (depth <= 0) return this.selector();
    const choice = random.next();
    if (choice < 0.12) return this.selector();
    if (choice < 0.4) return this.#rangeCall(depth);
    if (choice < 0.55) return this.#elementCall(depth);
    if (choice < 0.75) return this.#aggregation(depth);
    if (choice < 0.95) return this.#binary(depth);
    return random.chance(0.5) ? `-${this.vector(depth - 1)}` : `(${this.vector(depth - 1)})`;
  }

  scalar(depth: number): string {
    const random = this.#random;
    const choice = random.next();
    if (depth <= 0 || choice < 0.5) return random.pick(NUMBERS);
    if (choice < 0.6) return random.pick(['time()', 'pi()', `scalar(${this.vector(depth - 1)})`]);
    if (choice < 0.75) return `${this.scalar(depth - 1)} ${random.pick(ARITHMETIC)} ${this.scalar(depth - 1)}`;
    if (choice < 0.85) return `${this.scalar(depth - 1)} ${random.pick(COMPARISONS)} bool ${this.scalar(depth - 1)}`;
    return random.chance(0.5) ? `-${this.scalar(depth - 1)}` : `(${this.scalar(depth - 1)})`;
  }

  selector(): string {
    const random = this.#random;
    const name = random.pick(Object.keys(METRICS));
    const matchers = random.some(METRICS[name]!, 0.35).map(([label, values]) => this.#matcher(label, values));
    if (random.chance(0.06))
      return this.#shifted(`{__name__=~"${random.pick(['requests_.*', 'temp.*|humidity', 'errors_total|flapping'])}"}`);
    return this.#shifted(matchers.length > 0 || random.chance(0.05) ? `${name}{${matchers.join(', ')}}` : name);
  }

  #matcher(label: string, values: readonly string[]): string {
    const random = this.#random;
    const operator = random.pick(['=', '=', '=', '!=', '=~', '!~']);
    const value = operator.endsWith('~')
      ? random.pick(PATTERNS)
      : escaped(random.chance(0.05) ? '' : random.pick(values));
    return `${label}${operator}"${value}"`;
  }

  #shifted(text: string): string {
    const random = this.#random;
    let shifted = text;
    if (random.chance(0.08)) shifted += ` @ ${random.pick([this.#moment(), this.#moment(), 'start()', 'end()'])}`;
    if (random.chance(0.12)) shifted += ` offset ${random.pick(['', '', '-'])}${random.pick(DURATIONS)}`;
    return shifted;
  }

  #moment(): string {
    return String((DATA_START + this.#random.integer(-60_000, DATA_MS)) / 1000);
  }

  range(depth: number): string {
    const random = this.#random;
    const range = random.pick(DURATIONS);
    if (depth > 0 && random.chance(0.3)) {
      return this.#shifted(`(${this.vector(depth - 1)})[${range}:${random.pick(STEPS)}]`);
    }
    const selector = this.selector();
    const [, plain = '', shift = ''] = /^(.*?)((?: @ | offset ).*)?$/s.exec(selector) ?? [];
    return `${plain}[${range}]${shift}`;
  }

  #rangeCall(depth: number): string {
    const name = this.#random.pick(RANGE_FUNCTIONS);
    const args = signatureOf(name).parameters.map((type) => this.#argument(type, depth));
    // Prometheus 2 let a window slide although it was fixed, where another argument was not.
    const at = args.length === 2 ? args.findIndex((argument) => argument.includes('[')) : -1;
    if (at >= 0) args[at] = args[at]!.replaceAll(/ @ (?:[\d.]+|start\(\)|end\(\))/g, '');
    if (name === 'double_exponential_smoothing') {
      args.splice(1, 2, this.#random.pick(['0.1', '0.5', '0.9']), this.#random.pick(['0.2', '0.5', '1.5']));
    }
    return `${name}(${args.join(', ')})`;
  }

  #elementCall(depth: number): string {
    const random = this.#random;
    const name = random.pick(ELEMENT_FUNCTIONS);
    const operand = () => (PERIODIC.has(name) ? this.selector() : this.vector(depth - 1));
    if (name === 'label_replace') {
      const target = random.pick(['job', 'fresh', '__name__', 'bad-name']);
      const replacement = random.pick(['$1', 'x-$1', `\${1}y`, '$$', '', '$2$1', 'fixed']);
      const pattern = random.pick(['(.*)', '(a).*', '(.)(.*)', 'nothing', '(']);
      return `label_replace(${operand()}, "${target}", "${replacement}", "${random.pick(LABELS)}", "${pattern}")`;
    }
    if (name === 'label_join') {
      const sources = random.some(LABELS, 0.2).map((label) => `, "${label}"`);
      return `label_join(${operand()}, "${random.pick(['job', 'fresh'])}", "${random.pick(['', '-', '::'])}"${sources.join('')})`;
    }
    if (DATE_FUNCTIONS.has(name)) {
      const moment = this.#shifted('moment');
      return `${name}(${random.pick(['', moment, `-(${moment})`, `timestamp(${operand()})`, `${moment} + 86400 * ${random.integer(0, 999)}`])})`;
    }
    if (name === 'histogram_quantile') {
      const quantile = random.pick(['0', '0.1', '0.5', '0.9', '1', '1.5', '-1', 'NaN']);
      const buckets = random.pick([
        'latency_seconds_bucket',
        `rate(latency_seconds_bucket[${random.pick(DURATIONS)}])`,
        'sum by (le) (rate(latency_seconds_bucket[5m]))',
        'sum without (job) (latency_seconds_bucket)',
        'spread_bucket',
        operand(),
      ]);
      return `histogram_quantile(${quantile}, ${buckets})`;
    }
    if (PERIODIC.has(name)) return `${name}(${operand()})`;
    const { parameters, variadic } = signatureOf(name);
    const count = parameters.length - (variadic > 0 && random.chance(0.5) ? 1 : 0);
    return `${name}(${parameters
      .slice(0, count)
      .map((type) => this.#argument(type, depth))
      .join(', ')})`;
  }

  #argument(type: ValueType, depth: number): string {
    if (type === 'matrix') return this.range(depth - 1);
    return type === 'scalar' ? this.scalar(depth - 1) : this.vector(depth - 1);
  }

  #aggregation(depth: number): string {
    const random = this.#random;
    const name = random.pick(AGGREGATIONS);
    const grouping = random.chance(0.75)
      ? ` ${random.pick(['by', 'by', 'without'])} (${random.some(LABELS, 0.25).join(', ')}) `
      : '';
    const operand = this.#aggregated(name, depth);
    const parameter = {
      quantile: () => `${random.pick(['0.5', '0.9', '0', '1', '0.33', '2', '-1', this.scalar(1)])}, `,
      topk: () => `${random.pick(['1', '2', '3', '0', '-1', '100'])}, `,
      bottomk: () => `${random.pick(['1', '2', '3', '0', '-1', '100'])}, `,
      count_values: () => `"${random.pick(['version', 'zone'])}", `,
    }[name];
    const call = `(${parameter?.() ?? ''}${operand})`;
    return random.chance(0.8) ? `${name}${grouping}${call}` : `${name}${call}${grouping}`;
  }

  /**
   * What to aggregate. The last digit of a value is nobody's promise, and which of equals is among the k best is left to
   * chance where the series come in no order; so labels are made of samples rounded, and the best chosen of unequal ones.
   */
  #aggregated(name: string, depth: number): string {
    const random = this.#random;
    if (name === 'count_values') return `round(${this.selector()}, 0.5)`;
    if (name !== 'topk' && name !== 'bottomk') return this.vector(depth - 1);
    const range = random.pick(DURATIONS);
    return random.pick([
      this.#shifted('temperature'),
      `avg_over_time(temperature[${range}])`,
      `max by (room) (temperature)`,
      `deriv(temperature[${range}])`,
      `-temperature`,
      `temperature * on (room) group_left (job) avg by (room, job) (temperature)`,
    ]);
  }

  #binary(depth: number): string {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.2) {
      const operator = random.pick(['and', 'or', 'unless']);
      return `${this.#operand(depth)} ${operator}${this.#matching()} ${this.#operand(depth)}`;
    }
    const comparison = kind < 0.5;
    const operator = comparison ? random.pick(COMPARISONS) : random.pick(ARITHMETIC);
    const bool = comparison && random.chance(0.4) ? ' bool' : '';
    const sides = random.next();
    if (sides < 0.3) return `${this.#operand(depth)} ${operator}${bool} ${this.scalar(depth - 2)}`;
    if (sides < 0.45) return `${this.scalar(depth - 2)} ${operator}${bool} ${this.#operand(depth)}`;
    const matching = this.#matching();
    const group =
      matching !== '' && random.chance(0.4) ? ` ${random.pick(['group_left', 'group_right'])}${this.#include()}` : '';
    if (random.chance(0.4)) {
      const same = this.selector();
      return `${this.#wrapped(same)} ${operator}${bool}${matching}${group} ${this.#wrapped(same)}`;
    }
    return `${this.#operand(depth)} ${operator}${bool}${matching}${group} ${this.#operand(depth)}`;
  }

  /** An operand, mostly aggregated, so that there is something to match. */
  #operand(depth: number): string {
    const random = this.#random;
    if (random.chance(0.5))
      return `${random.pick(['sum', 'avg', 'max', 'count'])} by (${random.pick(['job', 'job', 'instance', 'room'])}) (${this.vector(depth - 1)})`;
    return this.vector(depth - 1);
  }

  #wrapped(selector: string): string {
    return this.#random.chance(0.4) ? `abs(${selector})` : selector;
  }

  #matching(): string {
    const random = this.#random;
    if (random.chance(0.4)) return '';
    return ` ${random.pick(['on', 'ignoring'])} (${random.some(LABELS.slice(0, 7), 0.35).join(', ')})`;
  }

  #include(): string {
    return this.#random.chance(0.4)
      ? ''
      : ` (${this.#random.some(['version', 'room', 'sensor', 'code'], 0.4).join(', ')})`;
  }

  /** Makes the text wrong in a small way, as a slip of the hand would. */
  #broken(text: string): string {
    const random = this.#random;
    const at = random.integer(0, text.length);
    const slip = random.pick(['delete', 'double', 'insert'] as const);
    if (slip === 'delete') return text.slice(0, at) + text.slice(at + 1);
    if (slip === 'double') return text.slice(0, at) + text.slice(at, at + 1).repeat(2) + text.slice(at + 1);
    return (
      text.slice(0, at) +
      random.pick([')', '(', '{', ']', '"', ' offset 5m', ' by (job)', ',', ' 1', '@ 3']) +
      text.slice(at)
    );
  }
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
