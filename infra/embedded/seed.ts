import { seedChannels } from '#channels/seed.ts';
import { seedBot, seedConversations } from '#conversations/seed.ts';
import { seedKnowledge } from '#knowledge/seed.ts';
import { demoChannels } from './demoChannels.ts';
import type { Platform } from './platform.ts';
import { demoCompanies } from './roster.ts';

/**
 * Puts the demo companies where they are missing; what is there stays as people left it.
 * @param options.secret What the tokens of the demo's accounts and the secrets of their channels are made of.
 * @param options.publicUrl Where the demo page stands that shows the web chat.
 */
export async function seedDemo(
  platform: Platform,
  options: { readonly secret: string; readonly publicUrl: string },
): Promise<void> {
  const { channels, conversations, knowledge } = platform;
  await seedChannels(
    channels.database,
    channels.keyring,
    demoCompanies.map((company) => {
      const { id, slug, name, timeZone } = company;
      return { id, slug, name, timeZone, channels: demoChannels(company, options) };
    }),
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

/** The first of the demo companies has a bot, so that one can see both: an inbox with, and one without. */
export async function seedDemoBot({ conversations }: Pick<Platform, 'conversations'>): Promise<void> {
  const [company] = demoCompanies;
  if (!company) return;
  const { id: companyId, timeZone } = company;
  await seedBot(conversations.database, { companyId, name: 'Robin', timeZone });
}
