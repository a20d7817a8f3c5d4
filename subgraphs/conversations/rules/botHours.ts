export const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
export type Weekday = (typeof weekdays)[number];

/** When people are there on one day of the week. */
export interface BotHours {
  readonly day: Weekday;
  /** `09:00` */
  readonly from: string;
  /** After `from`; `24:00` is the end of the day. */
  readonly to: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const clockTime = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** @returns Why these are no hours. */
export function problemOfHours(hours: readonly BotHours[]): string | undefined {
  for (const { from, to } of hours) {
    if (!clockTime.test(from) || !clockTime.test(to)) return 'Give times as `09:00`, up to `24:00`.';
    if (minutesOf(from) < minutesOf(to)) continue;
    return `${from} is not before ${to}: give what goes past midnight to two days.`;
  }
  return undefined;
}

export function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}

/** When people are back, if they are not there at that time; null while they are. No hours are all hours. */
export function backAt(hours: readonly BotHours[], timeZone: string, at: Date): Date | null {
  if (hours.length === 0) return null;
  const now = minuteOfWeek(at, timeZone);
  const stretches = hours.map(({ day, from, to }) => {
    const start = weekdays.indexOf(day) * DAY_MINUTES;
    return { from: start + minutesOf(from), to: start + minutesOf(to) };
  });
  if (stretches.some(({ from, to }) => from <= now && now < to)) return null;
  const ahead = Math.min(...stretches.map(({ from }) => (from - now + WEEK_MINUTES) % WEEK_MINUTES));
  const begun = Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;
  const guess = new Date(begun + ahead * MINUTE_MS);
  // The clock may be put forward or back before that.
  const off = (now + ahead - minuteOfWeek(guess, timeZone) + WEEK_MINUTES * 1.5) % WEEK_MINUTES;
  return new Date(guess.getTime() + (off - WEEK_MINUTES / 2) * MINUTE_MS);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** From Monday at midnight, by the clocks of the time zone. */
function minuteOfWeek(at: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = weekdays.findIndex((weekday) => weekday === parts.get('weekday')?.toUpperCase());
  return day * DAY_MINUTES + minutesOf(`${parts.get('hour') ?? '0'}:${parts.get('minute') ?? '0'}`);
}
