import type { GraphApi } from '../meta/graphApi.ts';
import { createMessagingSender } from '../meta/messagingSender.ts';
import type { Sender } from '../outbound.ts';

/** @param graph Of graph.facebook.com. */
export function createMessengerSender(graph: GraphApi): Sender {
  return createMessagingSender({
    platform: 'MESSENGER',
    longestText: 2_000,
    textMeasure: 'UTF16_UNITS',
    takesMetadata: true,
    graph: () => graph,
    path: ({ externalId }) => `/${encodeURIComponent(externalId)}`,
  });
}
