// Runs before `npm start` and `npm test`, on whatever Node.js the machine has (20 or newer): plain JavaScript without packages.
// Installs what package-lock.json names, unless that is installed already, and nothing when it is.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Written by the postinstall script, so by any `npm ci` that went to its end: one that was killed leaves none. */
const receipt = join(root, 'node_modules', '.switchboard-installed');
const oldestNode = 20;
const heartbeatMs = 10_000;

/** What has to be installed: these packages, for this system and processor. */
function wanted() {
  const lockfile = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lockfile).update(`${process.platform} ${process.arch}`).digest('hex');
}

function isInstalled() {
  return existsSync(receipt) && readFileSync(receipt, 'utf8') === wanted();
}

function writeReceipt() {
  writeFileSync(`${receipt}.new`, wanted());
  renameSync(`${receipt}.new`, receipt);
}

/** Runs alone: a second start waits, and finds the work done. The kernel lets go of the name when its holder dies. */
async function alone(work) {
  if (process.platform !== 'linux') return work();
  const { dev, ino } = statSync(root);
  const server = createServer();
  const take = () =>
    new Promise((resolve, reject) => {
      server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
      server.listen(`\0switchboard-install-${dev}-${ino}`, () => resolve(true));
    });
  if (!(await take())) {
    console.log('Waiting for another install in this directory');
    while (!(await take())) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** Runs `npm ci`; resolves with its exit code and what it said. */
function npmCi() {
  return new Promise((resolve) => {
    const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--include=dev'];
    // Dies with this process, even of SIGKILL: left alone it would install on underneath the next start.
    const guard = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', 'npm'] : ['npm'];
    const [file, ...rest] = [...guard, ...args];
    const npm = spawn(file, rest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const listen = (chunk) => {
      said = (said + chunk).slice(-20_000);
    };
    npm.stdout.on('data', listen);
    npm.stderr.on('data', listen);
    npm.on('error', (error) => resolve({ code: 1, said: error.message }));
    npm.on('close', (code) => resolve({ code, said }));
  });
}

/** The sentence that helps, for the failures that people meet. */
function remedy(said) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(said)) {
    return 'the package registry cannot be reached: check the network, a proxy, and `npm config get registry`, then run this again.';
  }
  if (/EACCES|EPERM|EROFS/.test(said)) {
    return `${join(root, 'node_modules')} cannot be written: make ${root} writable for this user, then run this again.`;
  }
  if (/ENOSPC/.test(said)) return 'the disk is full: about 2 GB are needed. Make room, then run this again.';
  return 'see what npm says above, then run this again.';
}

async function install() {
  if (isInstalled()) return;
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  console.log('Installing packages (once, a minute or two)');
  const heartbeat = setInterval(() => console.log(`Installing packages: ${seconds()}`), heartbeatMs);
  rmSync(receipt, { force: true });
  const { code, said } = await npmCi();
  clearInterval(heartbeat);
  if (code !== 0) {
    console.error(said.trim());
    throw new Error(`The packages could not be installed: ${remedy(said)}`);
  }
  console.log(`Packages installed (${seconds()})`);
}

try {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new Error(
      `This needs Node.js ${oldestNode} or newer, and this is ${process.versions.node}: install it from https://nodejs.org.`,
    );
  }
  if (process.argv[2] === '--installed') writeReceipt();
  else if (!isInstalled()) await alone(install);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
