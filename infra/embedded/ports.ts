import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** Ports below are those of well-known services, of what people start by hand, and those that browsers refuse (Fetch standard, port blocking). */
const LOWEST = 10_081;
const TRIES = 100;

/**
 * A free port of 127.0.0.1: the one remembered in `file` if nobody took it meanwhile, so that addresses stay the same
 * from one start to the next, else any. What it gives is remembered.
 */
export async function stablePort(file: string): Promise<number> {
  const remembered = Number(await readFile(file, 'utf8').catch(() => '0'));
  const port = remembered > 0 && (await isFree(remembered)) ? remembered : await freePort();
  await writeFile(file, `${String(port)}\n`);
  return port;
}

/**
 * A port of 127.0.0.1 that is free, and stays so until somebody asks for this very one: none of those that the kernel gives to
 * connections, of which a busy machine makes hundreds before whoever asked here listens.
 */
export async function freePort(): Promise<number> {
  const first = await firstOfConnections();
  for (let tries = 0; first > LOWEST && tries < TRIES; tries++) {
    const port = randomInt(LOWEST, first);
    if (await isFree(port)) return port;
  }
  return bind(0);
}

export async function isFree(port: number): Promise<boolean> {
  return bind(port).then(
    () => true,
    () => false,
  );
}

/** From here on Linux takes ports for the near end of connections; no number where it does not say so. */
async function firstOfConnections(): Promise<number> {
  return Number.parseInt(await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => ''));
}

async function bind(port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  });
}
