// node reports.js again|total DIRECTORY: reads what Jest wrote to `first.json`, and to `again.json` where suites ran once more.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** More than these are no accident. */
const MOST_SUITES_AGAIN = 4;

const [, , wanted, directory] = process.argv;
/** A run that died before its report counts as one failure, never as none. */
const first = read('first') ?? [{ path: 'the run itself', passed: 0, failed: 1, died: true }];
const failing = first.filter(({ failed, died }) => failed > 0 && !died).map(({ path }) => path);
const runAgain = failing.length <= MOST_SUITES_AGAIN ? failing : [];

if (wanted === 'again') for (const path of runAgain) say(path);
else process.exitCode = total();

/** @returns the exit code */
function total() {
  const again = read('again') ?? [];
  const last = new Map([...first, ...again].map((suite) => [suite.path, suite]));
  for (const { path, failed } of again) if (failed === 0) say(`── failed at first and passed alone: ${path}`);
  const sum = (kind) => [...last.values()].reduce((all, suite) => all + suite[kind], 0);
  say(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 ? 1 : 0;
}

/** Of each suite how many tests passed and failed, where one that died before its tests is one failure; undefined without a report. */
function read(name) {
  let results;
  try {
    results = JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')).testResults;
  } catch {
    return undefined;
  }
  return results.map(({ name: path, status, assertionResults }) => {
    const count = (kind) => assertionResults.filter((test) => test.status === kind).length;
    const failed = status === 'failed' ? Math.max(1, count('failed')) : 0;
    return { path: relative('.', path), passed: count('passed'), failed };
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
