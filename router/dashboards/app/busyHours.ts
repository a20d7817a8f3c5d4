import { say } from './figures.ts';

export const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The busiest hour in a sentence; empty when nobody wrote. */
export function busiest(hours: readonly (readonly number[])[]): string {
  const flat = hours.flat();
  const most = Math.max(0, ...flat);
  if (most === 0) return 'Nobody wrote in this range.';
  const at = flat.indexOf(most);
  return `Most messages come on ${days[Math.floor(at / 24)] ?? ''} from ${clock(at % 24)} to ${clock((at % 24) + 1)}: ${say(most, 'count')}.`;
}

export function clock(hour: number): string {
  return `${String(hour % 24).padStart(2, '0')}:00`;
}
