import { startServers } from './servers.ts';

export default async function globalSetup({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  await startServers(maxWorkers, (line) => process.stderr.write(`${line}\n`));
}
