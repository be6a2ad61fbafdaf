const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [
  ['y', 365 * 24 * 3_600_000],
  ['w', 7 * 24 * 3_600_000],
  ['d', 24 * 3_600_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration such as `5m` or `1h30m`, its units from large to small and each at most once. Undefined
 * where the text is not one.
 */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (parts === null || text === '') return undefined;
  return UNITS.reduce((sum, [, milliseconds], index) => sum + Number(parts[index + 1] ?? 0) * milliseconds, 0);
}

/** Years and weeks are written only where nothing is left over: eight days are `8d`. */
const WHOLE_ONLY: ReadonlySet<string> = new Set(['y', 'w']);

/** A duration as Prometheus writes it, in the largest units that fit. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  let rest = Math.abs(milliseconds);
  let text = milliseconds < 0 ? '-' : '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count === 0 || (WHOLE_ONLY.has(unit) && rest % size !== 0)) continue;
    text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
