import {
  BadQueryError,
  EvaluationError,
  ParseError,
  type PromQLError,
  QueryCanceledError,
  QueryTimeoutError,
  QueryUnavailableError,
  SeriesSourceError,
} from '@telltale/promql';

/** How Prometheus says that there is no answer. */
export interface ErrorReply {
  readonly status: string;
  readonly errorType?: string;
  readonly error?: string;
}

const PARSE_ERROR = /(?:^|: )(\d+):(\d+): parse error: ([\s\S]*)$/;

/** The error that the embedded engine would have thrown, in Prometheus's own words. */
export function errorOfReply({ errorType, error = '' }: ErrorReply, text: string, timeoutMs: number): PromQLError {
  switch (errorType) {
    case 'bad_data': {
      const [, line, column, reason] = PARSE_ERROR.exec(error) ?? [];
      if (reason === undefined) return new BadQueryError(error);
      return new ParseError(positionOf(text, Number(line), Number(column)), reason);
    }
    case 'execution':
      return new EvaluationError(error);
    case 'timeout':
      return new QueryTimeoutError(timeoutMs);
    case 'canceled':
      return new QueryCanceledError(new Error(error));
    case 'internal':
      return new SeriesSourceError(new Error(error));
    default:
      return new QueryUnavailableError(`Prometheus failed (${errorType ?? 'without a reason'}): ${error}`);
  }
}

/** Prometheus counts the bytes of a line, we its characters. */
function positionOf(text: string, line: number, column: number) {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  const inLine = Buffer.from(lines[line - 1] ?? '')
    .subarray(0, column - 1)
    .toString().length;
  return { line, column: inLine + 1, offset: before + inLine };
}
