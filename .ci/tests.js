/**
 * Runs the tests. What failed runs once more, alone on the machine: thousands of tests with real servers on two cores meet what no
 * change of ours caused. Whatever fails again has failed. What passes only then is named at the end, as it has a cause to be mended.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** More than these are no accident. */
const MOST_SUITES_AGAIN = 4;
/** Stands among the suites for a run that ended badly with none of them failing. */
const RUN = 'the run itself';

const directory = mkdtempSync(join(tmpdir(), 'switchboard-ci-'));
try {
  process.exitCode = main();
} finally {
  rmSync(directory, { recursive: true });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function main() {
  const suites = run('first');
  const failing = [...suites].filter(([, { failed }]) => failed > 0).map(([path]) => path);
  if (!suites.has(RUN) && failing.length > 0 && failing.length <= MOST_SUITES_AGAIN) {
    say(`── again, alone: ${failing.map((path) => relative('.', path)).join(', ')}`);
    for (const [path, again] of run('again', '--runInBand', '--runTestsByPath', ...failing)) {
      if (again.failed === 0) say(`── failed at first and passed alone: ${relative('.', path)}`);
      suites.set(path, again);
    }
  }
  const total = (kind) => [...suites.values()].reduce((sum, suite) => sum + suite[kind], 0);
  say(`${total('passed')} passed, ${total('failed')} failed`);
  return total('failed') > 0 ? 1 : 0;
}

/** @returns how many tests of each suite passed and failed; a suite or a run that died before its tests counts as one failure */
function run(name, ...options) {
  const report = join(directory, `${name}.json`);
  const { status } = spawnSync('npm', ['test', '--', '--ci', '--json', `--outputFile=${report}`, ...options], {
    stdio: 'inherit',
  });
  const suites = new Map();
  for (const { name: path, status: suite, assertionResults } of read(report)) {
    const count = (wanted) => assertionResults.filter((test) => test.status === wanted).length;
    suites.set(path, { passed: count('passed'), failed: suite === 'failed' ? Math.max(1, count('failed')) : 0 });
  }
  const failed = [...suites.values()].some((suite) => suite.failed > 0);
  if (status !== 0 && !failed) suites.set(RUN, { passed: 0, failed: 1 });
  return suites;
}

function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return [];
  }
}
