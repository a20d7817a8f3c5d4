import { z } from 'zod';
import { AccountError, type AccountApi } from '../account.ts';
import { askGraph } from '../meta/askGraph.ts';
import { lookUpProfile } from '../meta/lookUpProfile.ts';
import { instagramFields, pageFields, subscribeApp, unsubscribeApp } from '../meta/subscribedApps.ts';
import type { Account } from '../outbound.ts';
import { graphOf, type InstagramGraphs } from './graphs.ts';

const pageOfAccount = z
  .object({ instagram_business_account: z.object({ id: z.string(), username: z.string() }).optional() })
  .transform(({ instagram_business_account: account }) => account);
/** `user_id` is what webhooks call the account; `id` is another, for this app alone. */
const ownLogin = z
  .object({ user_id: z.string(), username: z.string() })
  .transform(({ user_id: id, username }) => ({ id, username }));

/** https://developers.facebook.com/docs/instagram-platform */
export function createInstagramAccount(graphs: InstagramGraphs): AccountApi {
  const hasOwnLogin = ({ settings }: Account) => settings.instagramLogin === 'INSTAGRAM';

  return {
    async verify(account) {
      const graph = graphOf(graphs, account);
      const found = hasOwnLogin(account)
        ? await askGraph(graph, account.token, me('user_id,username'), ownLogin)
        : await askGraph(graph, account.token, me('instagram_business_account{id,username}'), pageOfAccount);
      if (!found) throw new AccountError('WRONG_ACCOUNT', 'the token is that of a page without an Instagram account');
      if (found.id !== account.externalId) {
        throw new AccountError('WRONG_ACCOUNT', `the token is that of ${found.username} (${found.id})`);
      }
      return { externalId: found.id, name: found.username };
    },
    register: (account) =>
      subscribeApp(graphOf(graphs, account), account.token, '/me', hasOwnLogin(account) ? instagramFields : pageFields),
    async unregister(account) {
      // The page's subscription is its Messenger's too: what comes of an account that is not connected is left aside.
      if (hasOwnLogin(account)) await unsubscribeApp(graphs.instagram, account.token, '/me');
    },
    profile: (account, id) =>
      lookUpProfile(graphOf(graphs, account), account.token, { id, fields: ['name', 'username', 'profile_pic'] }),
    async fileAddress() {
      throw new AccountError('PLATFORM_REFUSED', 'Instagram names files by their address only');
    },
  };
}

function me(fields: string) {
  return { method: 'GET', path: '/me', query: { fields } } as const;
}
