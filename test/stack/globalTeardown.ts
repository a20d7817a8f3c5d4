import { endServers } from './servers.ts';

export default async function globalTeardown(): Promise<void> {
  await endServers();
}
