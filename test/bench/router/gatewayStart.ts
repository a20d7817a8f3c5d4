import { once } from 'node:events';

/** What a router's process is told. */
export interface GatewayStart {
  /** Of the subgraphs, by name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly supergraphFile: string;
  readonly rivalSupergraphSdl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly tokenSecret: string;
}

export async function gatewayStart(): Promise<GatewayStart> {
  const [start] = (await once(process, 'message')) as [GatewayStart];
  return start;
}

/** Says where the router is, and whenever it is asked how much of the processor it has used, in microseconds. */
export function tellCpu(url: string): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
  });
  process.send?.({ url });
}
