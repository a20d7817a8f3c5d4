import { stat } from 'node:fs/promises';
import { createServer, connect, type Server } from 'node:net';
import { EmbeddedStackError, errorCode } from './errors.ts';

/**
 * Holds `directory` for this process: one start at a time may use a data directory. An abstract socket does it, since the
 * kernel lets go of it when its holder dies, however it dies: no stale lock, nothing to clean up.
 * @returns what lets go of it
 * @throws {EmbeddedStackError} `DATA_DIR_IN_USE`, naming the process that holds it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  // By inode, so that a symbolic link or another spelling of the path is still the same directory.
  const { dev, ino } = await stat(directory);
  const path = `\0switchboard-${String(dev)}-${String(ino)}`;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).end(String(process.pid));
  });
  try {
    await listen(server, path);
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw EmbeddedStackError.inUse(directory, await holder(path));
  }
  server.unref();
  return async () =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
}

async function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

async function holder(path: string): Promise<number> {
  let text = '';
  const socket = connect(path)
    .setEncoding('utf8')
    .setTimeout(2_000, () => socket.destroy());
  try {
    for await (const chunk of socket) text += String(chunk);
  } catch {
    return 0; // It let go of it while we asked.
  }
  return Number(text);
}
