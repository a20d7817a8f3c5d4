import { manySockets } from './live/manySockets.ts';
import { webhookToSocket } from './live/webhookToSocket.ts';
import type { Row } from './table.ts';

/** What an agent sees of a message and how soon, and how many of them one router serves. */
export async function live(options: { readonly quick: boolean }): Promise<Row[]> {
  return [...(await webhookToSocket(options)), ...(await manySockets(options))];
}
