import type { InboundReceipt } from '../inbound.ts';
import { placeOf, type Scene } from './scene.ts';

/** What became of messages that the company sent. */
export function receipt(scene: Scene, told: Pick<InboundReceipt, 'status' | 'of' | 'at'>): InboundReceipt {
  const { channelId, threadExternalId } = placeOf(scene);
  return { kind: 'receipt', channelId, threadExternalId, ...told, failure: null, reference: null };
}
