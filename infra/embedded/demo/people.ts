import { createHash } from 'node:crypto';
import { firstNames, lastNames, stories } from './phrases.ts';

export interface DemoPerson {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly name: string;
  readonly username: string;
  readonly language: string;
}

/** No country has the code 999, and Telegram has not given out so many ids: nobody who is real has one like it. */
const idForm = /^999(\d{10})$/;

/** @param number Of ten digits at most. */
export function demoPersonId(number: number): string {
  return `999${String(number).padStart(10, '0')}`;
}

/**
 * Who a customer of the demo is, by the id alone: those who write do it in one process, and are asked for their name and
 * answer in another. Undefined for everybody else.
 */
export function demoPerson(id: string): DemoPerson | undefined {
  if (!idForm.test(id)) return undefined;
  const [first = 0, last = 0, story = 0] = createHash('sha256').update(id).digest();
  const firstName = of(firstNames, first);
  const lastName = of(lastNames, last);
  const username = `${plain(firstName)}.${plain(lastName)}${id.slice(-4)}`;
  return { id, firstName, lastName, name: `${firstName} ${lastName}`, username, language: of(stories, story).language };
}

function of<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

function plain(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^a-z]/gi, '')
    .toLowerCase();
}
