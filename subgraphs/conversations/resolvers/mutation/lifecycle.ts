import { updateBotSettings } from '../../commands/bot/updateBotSettings.ts';
import { handToBot } from '../../commands/lifecycle/handToBot.ts';
import { open } from '../../commands/lifecycle/open.ts';
import { reopen } from '../../commands/lifecycle/reopen.ts';
import { resolve } from '../../commands/lifecycle/resolve.ts';
import { snooze } from '../../commands/lifecycle/snooze.ts';
import { takeFromBot } from '../../commands/lifecycle/takeFromBot.ts';
import { setPriority } from '../../commands/setPriority.ts';
import { updateInboxSettings } from '../../commands/updateInboxSettings.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { botSettings } from '../../queries/botSettings.ts';
import { inboxSettings } from '../query/settings.ts';
import { conversationPayload } from './payloads.ts';

export const lifecycleMutations = {
  snoozeConversation: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => snooze(database, identity, input))),

  openConversation: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => open(database, identity, input))),

  reopenConversation: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => reopen(database, identity, input))),

  resolveConversation: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => resolve(database, identity, input))),

  handToBot: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => handToBot(database, identity, input))),

  takeFromBot: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => takeFromBot(database, identity, input))),

  setPriority: async (_parent, { input }, context) =>
    conversationPayload(context, await context.run((database, identity) => setPriority(database, identity, input))),

  updateInboxSettings: async (_parent, { input }, context) => {
    const outcome = await context.run((database, identity) => updateInboxSettings(database, identity, input));
    if ('userErrors' in outcome) return { inboxSettings: null, userErrors: outcome.userErrors };
    return { inboxSettings: await inboxSettings(context), userErrors: [] };
  },

  updateBotSettings: async (_parent, { input }, { run, read, viewer }) => {
    const outcome = await run((database, identity) => updateBotSettings(database, identity, input));
    if ('userErrors' in outcome) return { botSettings: null, userErrors: outcome.userErrors };
    return { botSettings: await read((sql) => botSettings(sql, viewer.companyId)), userErrors: [] };
  },
} satisfies MutationResolvers;
