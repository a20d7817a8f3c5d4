import { createHash } from 'node:crypto';
import { seedChannels } from '#channels/seed.ts';
import { channelSettings } from '#channels/settings.ts';
import { seedConversations } from '#conversations/seed.ts';
import { seedKnowledge } from '#knowledge/seed.ts';
import type { Platform } from './platform.ts';
import { demoCompanies } from './roster.ts';

/**
 * Puts the demo companies where they are missing; what is there stays as people left it.
 * @param options.secret What the demo bots' tokens and the secrets of channels are made of.
 * @param options.publicUrl Where the demo page stands that shows the web chat.
 */
export async function seedDemo(
  platform: Platform,
  { secret, publicUrl }: { readonly secret: string; readonly publicUrl: string },
): Promise<void> {
  const { channels, conversations, knowledge } = platform;
  await seedChannels(
    channels.database,
    channels.keyring,
    demoCompanies.map(({ id, slug, name, timeZone, telegram, webChat }) => ({
      id,
      slug,
      name,
      timeZone,
      channels: [
        {
          id: telegram.channelId,
          platform: 'TELEGRAM',
          externalId: telegram.botId,
          name: telegram.name,
          accessToken: `${telegram.botId}:${digest(secret, `token ${slug}`).slice(0, 35)}`,
          webhookSecret: digest(secret, `webhook ${slug}`),
          settings: channelSettings.parse({}),
        },
        ...(webChat
          ? [
              {
                id: webChat.channelId,
                platform: 'WEB_CHAT' as const,
                externalId: webChat.siteKey,
                name: webChat.name,
                accessToken: null,
                webhookSecret: digest(secret, `identity ${slug}`),
                settings: channelSettings.parse({
                  webChat: {
                    allowedOrigins: [new URL(publicUrl).origin],
                    color: webChat.color,
                    title: name,
                    greeting: 'Hello! Ask us anything about tents, packs and your order.',
                    offlineNotice: 'No connection right now. What you write is sent as soon as it is back.',
                    requireIdentity: false,
                  },
                }),
              },
            ]
          : []),
      ],
    })),
  );
  for (const { id, agents, teams, labels } of demoCompanies) {
    const idByEmail = new Map(agents.map((agent) => [agent.email, agent.id]));
    await seedConversations(conversations.database, {
      companyId: id,
      agents,
      teams: teams.map(({ memberEmails, ...team }) => ({
        ...team,
        memberIds: memberEmails.flatMap((email) => idByEmail.get(email) ?? []),
      })),
      labels,
    });
    await seedKnowledge(knowledge.database, id);
  }
}

function digest(secret: string, purpose: string): string {
  return createHash('sha256').update(`${secret}:${purpose}`).digest('base64url');
}
