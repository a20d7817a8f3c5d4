import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { currentTestRun } from '#test/stack/testRun.ts';
import { freePort, stablePort } from './ports.ts';

async function occupy(port: number): Promise<() => void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return () => server.close();
}

describe('a free port', () => {
  it('is none that Linux gives to connections, which take what nobody listens on yet', async () => {
    const first = Number.parseInt(await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));
    for (let times = 0; times < 20; times++) expect(await freePort()).toBeLessThan(first);
  });

  it('is remembered in its file, and another one when somebody took it meanwhile', async () => {
    const file = join(await mkdtemp(join(currentTestRun().directory, 'ports-')), 'port');
    const port = await stablePort(file);
    expect(await stablePort(file)).toBe(port);
    const leave = await occupy(port);
    const other = await stablePort(file);
    expect(other).not.toBe(port);
    leave();
    expect(await stablePort(file)).toBe(other);
  });
});
