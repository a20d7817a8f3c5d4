import { createMessagingSender } from '../meta/messagingSender.ts';
import type { Sender } from '../outbound.ts';
import { graphOf, type InstagramGraphs } from './graphs.ts';

/** https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message */
export function createInstagramSender(graphs: InstagramGraphs): Sender {
  return createMessagingSender({
    platform: 'INSTAGRAM',
    longestText: 1_000,
    textMeasure: 'UTF8_BYTES',
    takesMetadata: false,
    graph: (account) => graphOf(graphs, account),
    // The account's id is none of the page that may have to be named: the token says whose it is.
    path: () => '/me',
  });
}
