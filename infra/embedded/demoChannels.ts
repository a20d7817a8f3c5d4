import { createHash } from 'node:crypto';
import type { NewChannel } from '#channels/commands/createChannel.ts';
import { channelSettings } from '#channels/settings.ts';
import type { DemoCompany } from './roster.ts';

type Seeded = Omit<NewChannel, 'companyId'>;

/** What one of the demo's secrets is for. The same each time: the stand-ins forget, and the database does not. */
function digest(secret: string, purpose: string): string {
  return createHash('sha256').update(`${secret}:${purpose}`).digest('base64url');
}

/** The demo's app at Meta. */
export function demoMetaApp(secret: string) {
  return {
    appId: '900000000000001',
    appSecret: digest(secret, 'meta app'),
    verifyToken: digest(secret, 'meta webhook'),
  };
}

/** By which one of the demo's accounts at Meta is used. */
export function demoMetaToken(secret: string, channelId: string): string {
  return digest(secret, `token ${channelId}`);
}

/** A company's bot, with its token and what Telegram sends along. */
export function demoBot(secret: string, { slug, telegram }: DemoCompany) {
  return {
    id: telegram.channelId,
    platform: 'TELEGRAM',
    externalId: telegram.botId,
    name: telegram.name,
    accessToken: `${telegram.botId}:${digest(secret, `token ${slug}`).slice(0, 35)}`,
    webhookSecret: digest(secret, `webhook ${slug}`),
    settings: channelSettings.parse({}),
  } as const satisfies Seeded;
}

/** The channels of a demo company, as they are seeded. */
export function demoChannels(
  company: DemoCompany,
  { secret, publicUrl }: { readonly secret: string; readonly publicUrl: string },
): Seeded[] {
  return [demoBot(secret, company), ...metaChannels(secret, company), ...webChats(secret, company, publicUrl)];
}

function metaChannels(secret: string, { messenger, instagram, whatsapp }: DemoCompany): Seeded[] {
  const channel = (
    { channelId: id, name }: { readonly channelId: string; readonly name: string },
    platform: Seeded['platform'],
    externalId: string,
    settings: object = {},
  ): Seeded => ({
    id,
    platform,
    externalId,
    name,
    accessToken: demoMetaToken(secret, id),
    webhookSecret: digest(secret, `webhook ${id}`),
    settings: channelSettings.parse(settings),
  });
  return [
    ...(messenger ? [channel(messenger, 'MESSENGER', messenger.pageId)] : []),
    // By its own login: its token is for nothing but Instagram, whoever is written to.
    ...(instagram ? [channel(instagram, 'INSTAGRAM', instagram.accountId, { instagramLogin: 'INSTAGRAM' })] : []),
    ...(whatsapp
      ? [channel(whatsapp, 'WHATSAPP', whatsapp.phoneNumberId, { businessAccountId: whatsapp.businessAccountId })]
      : []),
  ];
}

function webChats(secret: string, { slug, name, webChat }: DemoCompany, publicUrl: string): Seeded[] {
  if (!webChat) return [];
  const settings = channelSettings.parse({
    webChat: {
      allowedOrigins: [new URL(publicUrl).origin],
      color: webChat.color,
      title: name,
      greeting: 'Hello! Ask us anything about tents, packs and your order.',
      offlineNotice: 'No connection right now. What you write is sent as soon as it is back.',
      requireIdentity: false,
    },
  });
  return [
    {
      id: webChat.channelId,
      platform: 'WEB_CHAT',
      externalId: webChat.siteKey,
      name: webChat.name,
      accessToken: null,
      webhookSecret: digest(secret, `identity ${slug}`),
      settings,
    },
  ];
}
