import { z } from 'zod';
import { AccountError } from '../account.ts';
import { askGraph } from './askGraph.ts';
import type { GraphApi, GraphRequest } from './graphApi.ts';

/**
 * What a page can tell of its conversations. One subscription serves its Messenger and its Instagram, and each call sets all
 * of it. https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
 */
export const pageFields = [
  'messages',
  'messaging_postbacks',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_reactions',
  'message_edits',
  'messaging_referrals',
  'messaging_optins',
  'messaging_account_linking',
  'messaging_handovers',
  'standby',
  'messaging_policy_enforcement',
];

/** Of accounts that are connected by Instagram's own login; echoes are among the messages. */
export const instagramFields = [
  'messages',
  'message_reactions',
  'messaging_postbacks',
  'messaging_seen',
  'messaging_referral',
  'standby',
];

const done = z.object({ success: z.literal(true) });

/** Lets Meta tell our app of an account. @param path Of the page, account or business. */
export async function subscribeApp(
  graph: GraphApi,
  token: string,
  path: string,
  fields?: readonly string[],
): Promise<void> {
  await askGraph(graph, token, subscription('POST', path, fields && { subscribed_fields: fields.join(',') }), done);
}

/** A token that is dead has ended its subscription with it. */
export async function unsubscribeApp(graph: GraphApi, token: string, path: string): Promise<void> {
  try {
    await askGraph(graph, token, subscription('DELETE', path), done);
  } catch (error) {
    if (error instanceof AccountError && error.code === 'BAD_CREDENTIALS') return;
    throw error;
  }
}

function subscription(method: 'POST' | 'DELETE', path: string, body?: object): GraphRequest {
  return { method, path: `${path}/subscribed_apps`, body };
}
