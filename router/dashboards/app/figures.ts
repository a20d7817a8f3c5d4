const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

export type Kind = 'count' | 'seconds' | 'share';

/** A figure as people say it; a dash for what was not measured. */
export function say(value: number | null | undefined, kind: Kind): string {
  if (value == null) return '–';
  switch (kind) {
    case 'count':
      return value >= 100_000 ? compact.format(value) : whole.format(value);
    case 'seconds':
      return duration(value);
    case 'share':
      return percent.format(value);
  }
}

const steps = [1, 2, 5, 10, 15, 30]
  .flatMap((step) => [step, step * 60])
  .concat(
    [1, 2, 3, 6, 12].map((hours) => hours * 3_600),
    [1, 2, 5, 10, 20, 50, 100].map((days) => days * 86_400),
  )
  .toSorted((a, b) => a - b);

/** How far the lines of an axis of seconds are from each other: so many at the most, each at a time that people say. */
export function stepOf(longest: number, most: number): number {
  return steps.find((step) => longest / step <= most) ?? longest / most;
}

/** By its two largest units. */
export function duration(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length);
    if (count > 0 || (unit === 's' && parts.length === 0)) parts.push(`${String(count)} ${unit}`);
    rest -= count * length;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

export interface Change {
  readonly text: string;
  /** `none`: there was nothing to compare with. */
  readonly direction: 'up' | 'down' | 'same' | 'none';
  readonly isGood: boolean;
}

/** How a figure has changed. @param isLessBetter as with times and failures. */
export function changeOf(
  now: number | null | undefined,
  then: number | null | undefined,
  isLessBetter: boolean,
): Change {
  if (now == null || then == null || (then === 0 && now !== 0)) return { text: '', direction: 'none', isGood: true };
  const share = then === 0 ? 0 : (now - then) / then;
  if (Math.abs(share) < 0.005) return { text: '0 %', direction: 'same', isGood: true };
  const direction = share > 0 ? 'up' : 'down';
  const text = `${whole.format(Math.abs(share) * 100)} %`;
  return { text, direction, isGood: (direction === 'down') === isLessBetter };
}
