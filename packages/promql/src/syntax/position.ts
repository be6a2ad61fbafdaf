/** A stretch of the query's text: UTF-16 offsets, the end exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A place in the query's text. Lines and columns count from 1, the offset from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: offset - lineStart + 1, offset };
}
