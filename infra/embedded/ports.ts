import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * A free port of 127.0.0.1: the one remembered in `file` if nobody took it meanwhile, so that addresses stay the same
 * from one start to the next, else any. What it gives is remembered.
 */
export async function stablePort(file: string): Promise<number> {
  const remembered = Number(await readFile(file, 'utf8').catch(() => '0'));
  const port = remembered > 0 && (await isFree(remembered)) ? remembered : await bind(0);
  await writeFile(file, `${String(port)}\n`);
  return port;
}

export async function isFree(port: number): Promise<boolean> {
  return bind(port).then(
    () => true,
    () => false,
  );
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
