import { createGraphStandin } from '#test/standins/graph/graphStandin.ts';
import type { Limits } from '#test/standins/graph/limits.ts';
import { createGraphApi } from '../platforms/meta/graphApi.ts';
import type { Account, OutgoingFile, SendOptions } from '../platforms/outbound.ts';
import { channelSettings, type ChannelSettings } from '../settings.ts';
import { testFile } from './testFile.ts';

const appSecret = 'the-app-secret';

export const pageAccount = {
  kind: 'page',
  id: '100200300',
  name: 'Ada’s Shop',
  token: 'EAAB-page-token',
  instagram: { id: '17841400000000001', username: 'adas.shop' },
  humanAgent: true,
} as const;

export const instagramAccount = {
  kind: 'instagram',
  id: '17841400000000002',
  username: 'adas.other.shop',
  token: 'IGAA-instagram-token',
} as const;

export const whatsAppAccount = {
  kind: 'whatsapp',
  id: '106540352242922',
  displayPhoneNumber: '+49 30 1234567',
  verifiedName: 'Ada’s Shop',
  businessAccountId: '102290129340398',
  token: 'EAAB-business-token',
} as const;

/** Meta's stand-in with an account of each kind, and a client of it. */
export async function openGraph(limits: Partial<Limits> = {}) {
  const standin = createGraphStandin({ host: '127.0.0.1', port: 0, appSecret, appId: '4711', limits });
  await standin.start();
  for (const account of [pageAccount, instagramAccount, whatsAppAccount]) standin.addAccount(account, true);
  const graph = createGraphApi({ apiUrl: standin.url(), version: 'v26.0', appSecret });
  await graph.start();
  return {
    standin,
    graph,
    async close() {
      await graph.stop();
      await standin.stop();
    },
  };
}

/** An account as senders get it. */
export function accountFor(
  platform: Account['platform'],
  { id, token }: { readonly id: string; readonly token: string },
  settings: Partial<ChannelSettings> = {},
): Account {
  return {
    channelId: '019a0000-0000-7000-8000-000000000001',
    companyId: '019a0000-0000-7000-8000-000000000002',
    platform,
    externalId: id,
    token,
    settings: channelSettings.parse(settings),
  };
}

export function optionsFor(threadExternalId: string, overrides: Partial<SendOptions> = {}): SendOptions {
  return { threadExternalId, replyToExternalId: null, reference: 'sb:one', humanAgent: false, ...overrides };
}

export function outgoingFile(kind: OutgoingFile['kind'], name: string | null = null): OutgoingFile {
  return testFile({ kind, url: `https://files.example/${kind.toLowerCase()}`, name, mimeType: null });
}
