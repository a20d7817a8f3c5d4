import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { AccountError, type AccountApi } from '../account.ts';
import { askGraph } from '../meta/askGraph.ts';
import type { GraphApi } from '../meta/graphApi.ts';
import { lookUpProfile } from '../meta/lookUpProfile.ts';
import { pageFields, subscribeApp, unsubscribeApp } from '../meta/subscribedApps.ts';
import type { Account } from '../outbound.ts';

const page = z.object({ id: z.string(), name: z.string().transform(storableText) });
const pathOf = ({ externalId }: Account) => `/${encodeURIComponent(externalId)}`;

/**
 * A page's account on Messenger. Webhooks are told to the app, so their address is set there and not here.
 *
 * @param graph Of graph.facebook.com.
 */
export function createMessengerAccount(graph: GraphApi): AccountApi {
  return {
    async verify({ token, externalId }) {
      const me = { method: 'GET', path: '/me', query: { fields: 'id,name' } } as const;
      const { id, name } = await askGraph(graph, token, me, page);
      if (id !== externalId) {
        throw new AccountError(
          'WRONG_ACCOUNT',
          `the token is that of ${name} (${id}): give the access token of the page`,
        );
      }
      return { externalId: id, name };
    },
    register: (account) => subscribeApp(graph, account.token, pathOf(account), pageFields),
    unregister: (account) => unsubscribeApp(graph, account.token, pathOf(account)),
    profile: ({ token }, id) =>
      lookUpProfile(graph, token, { id, fields: ['name', 'first_name', 'last_name', 'profile_pic'] }),
    async fileAddress() {
      throw new AccountError('PLATFORM_REFUSED', 'Messenger names files by their address only');
    },
  };
}
