import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { AccountError, type AccountApi } from '../account.ts';
import { askGraph } from '../meta/askGraph.ts';
import type { GraphApi } from '../meta/graphApi.ts';
import { subscribeApp } from '../meta/subscribedApps.ts';

const phoneNumber = z.object({
  id: z.string(),
  display_phone_number: z.string(),
  verified_name: z.string().min(1).transform(storableText).optional().catch(undefined),
});
const media = z.object({ url: z.url() });

/**
 * A number of WhatsApp Cloud.
 *
 * @param graph Of graph.facebook.com.
 */
export function createWhatsAppAccount(graph: GraphApi): AccountApi {
  return {
    async verify({ token, externalId }) {
      const query = { fields: 'id,display_phone_number,verified_name' };
      const request = { method: 'GET', path: `/${encodeURIComponent(externalId)}`, query } as const;
      const {
        id,
        display_phone_number: number,
        verified_name: name,
      } = await askGraph(graph, token, request, phoneNumber);
      return { externalId: id, name: name ?? number };
    },
    async register({ token, settings: { businessAccountId } }) {
      if (businessAccountId === null) {
        throw new AccountError(
          'WRONG_ACCOUNT',
          'give the id of the WhatsApp business account that the number belongs to',
        );
      }
      await subscribeApp(graph, token, `/${encodeURIComponent(businessAccountId)}`);
    },
    // The subscription is the business account's with all its numbers: what comes of one that is not connected is left aside.
    async unregister() {},
    // Names come with what people write, and there is nothing to ask for.
    profile: async () => undefined,
    async fileAddress({ token }, platformFileId) {
      const request = { method: 'GET', path: `/${encodeURIComponent(platformFileId)}` } as const;
      const { url } = await askGraph(graph, token, request, media);
      return { url, headers: { authorization: `Bearer ${token}` } };
    },
  };
}
