/** `09:30` for minutes since midnight; the day's end is `24:00`. */
export function clockTime(minutes: number): string {
  const digits = (value: number) => String(value).padStart(2, '0');
  return `${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
}

/** The minutes since midnight that a clock shows; undefined when it can never show this. */
export function minutesOf(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const found = Number(hours) * 60 + Number(minutes);
  return found <= 1_440 ? found : undefined;
}
