import { PassThrough } from 'node:stream';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { testNats, testPostgres } from '#test/stack/index.ts';
import { createGraphStandin } from '#test/standins/graph/graphStandin.ts';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { createCompany } from '../commands/createCompany.ts';
import { newTenant, openHarness, testMeta } from './harness.ts';

const channelFields = `channel {
  id platform name externalId status webhookUrl embedCode health { lastError pendingDeliveries }
  webChat { allowedOrigins color title greeting offlineNotice requireIdentity }
} userErrors { code field message }`;

/** Every mutation on channels, with all that it gives back. */
const mutations = {
  connectChannel: `mutation ($input: ConnectChannelInput!) { payload: connectChannel(input: $input) { identitySecret ${channelFields} } }`,
  reauthorizeChannel: `mutation ($input: ReauthorizeChannelInput!) { payload: reauthorizeChannel(input: $input) { ${channelFields} } }`,
  pauseChannel: `mutation ($input: PauseChannelInput!) { payload: pauseChannel(input: $input) { ${channelFields} } }`,
  resumeChannel: `mutation ($input: ResumeChannelInput!) { payload: resumeChannel(input: $input) { ${channelFields} } }`,
  removeChannel: `mutation ($input: RemoveChannelInput!) { payload: removeChannel(input: $input) { ${channelFields} } }`,
  updateWebChat: `mutation ($input: UpdateWebChatInput!) { payload: updateWebChat(input: $input) { ${channelFields} } }`,
  rotateIdentitySecret: `mutation ($input: RotateIdentitySecretInput!) { payload: rotateIdentitySecret(input: $input) { identitySecret ${channelFields} } }`,
};
export type MutationName = keyof typeof mutations;
export const mutationNames = Object.keys(mutations) as MutationName[];

export interface ChannelView {
  readonly id: string;
  readonly platform: string;
  readonly name: string;
  readonly externalId: string;
  readonly status: string;
  readonly webhookUrl: string | null;
  readonly embedCode: string | null;
  readonly health: { readonly lastError: string | null; readonly pendingDeliveries: number };
  readonly webChat: Readonly<Record<string, unknown>> | null;
}

export interface Payload {
  readonly channel: ChannelView | null;
  readonly identitySecret?: string | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly field: readonly string[];
    readonly message: string;
  }[];
}

let lastAccount = 500_000;
const newId = () => String(++lastAccount);

/** The service between stand-ins of all platforms, and what admins do with it. */
export async function openConnecting() {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0 });
  const { appId, appSecrets } = testMeta;
  const graph = createGraphStandin({ host: '127.0.0.1', port: 0, appSecret: appSecrets[0] ?? '', appId });
  const [postgres, nats] = await Promise.all([testPostgres(), testNats(), telegram.start(), graph.start()]);
  const lines: string[] = [];
  const destination = new PassThrough().on('data', (line: Buffer) => lines.push(line.toString()));
  const harness = await openHarness({
    adminUrl: postgres.adminUrl,
    natsUrl: nats.url,
    telegramApiUrl: telegram.url(),
    meta: { ...testMeta, graphUrl: graph.url(), instagramUrl: graph.url(), instagramAppSecrets: appSecrets },
    logger: createLogger({ name: 'channels', level: 'trace', destination }),
  });

  async function ask(identity: Identity, name: MutationName, input: object) {
    return harness.query(identity, mutations[name], { input });
  }

  return {
    harness,
    telegram,
    graph,
    /** Everything that the service has logged. */
    log: () => lines.join(''),
    newId,
    /** A company with its admin; it has no channels yet. */
    async company() {
      const { company } = newTenant();
      await createCompany(harness.channels.database, company);
      return { kind: 'agent', companyId: company.id, agentId: v7(), role: 'ADMIN', scopes: [] } as const;
    },
    /** A bot's token, as BotFather gives it. */
    botToken: (botId = newId()) => `${botId}:${v7().replaceAll('-', '')}`,
    /** A page at Meta, with the Instagram account that belongs to it. */
    page() {
      const id = newId();
      const instagram = { id: newId(), username: `shop.${id}` };
      const page = { kind: 'page', id, name: `Page ${id}`, token: `EAAB-page-${id}`, instagram } as const;
      graph.addAccount(page);
      return page;
    },
    instagram() {
      const id = newId();
      const account = { kind: 'instagram', id, username: `own.${id}`, token: `IGAA-${id}` } as const;
      graph.addAccount(account);
      return account;
    },
    phoneNumber() {
      const id = newId();
      const account = {
        kind: 'whatsapp',
        id,
        displayPhoneNumber: '+49 30 1234567',
        verifiedName: `Number ${id}`,
        businessAccountId: newId(),
        token: `EAAB-business-${id}`,
      } as const;
      graph.addAccount(account);
      return account;
    },
    ask,
    /** The payload of a mutation that is answered without errors. */
    async run(identity: Identity, name: MutationName, input: object): Promise<Payload> {
      const { data, errors } = await ask(identity, name, input);
      if (errors) throw new Error(JSON.stringify(errors));
      return data?.['payload'] as Payload;
    },
    /** Connects an account that can be. */
    async connected(
      identity: Identity,
      input: object,
    ): Promise<ChannelView & { readonly identitySecret?: string | null }> {
      const { channel, identitySecret, userErrors } = await this.run(identity, 'connectChannel', input);
      if (!channel) throw new Error(JSON.stringify(userErrors));
      return { ...channel, identitySecret: identitySecret ?? null };
    },
    async channels(identity: Identity): Promise<readonly { readonly id: string; readonly status: string }[]> {
      const { data } = await harness.query(identity, '{ channels { id status } }');
      return data?.['channels'] as { id: string; status: string }[];
    },
    /** The row's credentials, sealed. */
    async credentials(identity: Identity, channelId: string) {
      const rows = await harness.channels.database.write(
        identity.companyId,
        ({ sql }) => sql<{ accessToken: string | null; webhookSecret: string | null }>`
          select access_token as "accessToken", webhook_secret as "webhookSecret"
          from channels.channels where id = ${channelId}`,
      );
      return rows[0];
    },
    async close() {
      await harness.close();
      await Promise.all([postgres.close(), nats.close(), telegram.stop(), graph.stop()]);
    },
  };
}
export type Connecting = Awaited<ReturnType<typeof openConnecting>>;
