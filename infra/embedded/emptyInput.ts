import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EmbeddedStackError } from './errors.ts';

const NOTHING = '/dev/null';
const STANDARD_INPUT = 0;

/**
 * Gives this process an empty standard input, unless a terminal is there. ClickHouse's engine looks there for rows beside each insert: it would
 * write what it finds; and as two inserts at once switch waiting for more off and on for each other, one of them can wait for ever.
 *
 * @throws EmbeddedStackError when something else was opened in its place at the same moment.
 */
export function emptyInput(): void {
  if (isatty(STANDARD_INPUT) || isNothing()) return;
  // What is opened gets the lowest number that is free. Nothing of this thread can come between.
  closeSync(STANDARD_INPUT);
  openSync(NOTHING, 'r');
  if (!isNothing()) throw EmbeddedStackError.inputTaken();
}

function isNothing(): boolean {
  return fstatSync(STANDARD_INPUT).rdev === statSync(NOTHING).rdev;
}
