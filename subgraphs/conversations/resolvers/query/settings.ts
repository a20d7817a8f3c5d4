import type { Context } from '../../context.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { botSettings } from '../../queries/botSettings.ts';
import { companySettings } from '../../queries/companySettings.ts';

export const settingsQueries = {
  inboxSettings: (_parent, _args, context) => inboxSettings(context),
  botSettings: (_parent, _args, { viewer, read }) => read((sql) => botSettings(sql, viewer.companyId)),
} satisfies QueryResolvers;

/** As they are in effect: where the company says nothing, the installation does. */
export async function inboxSettings({ viewer, read, reopenWithinMs }: Context) {
  const { reopenWithinSeconds, ...settings } = await read((sql) => companySettings(sql, viewer.companyId));
  return { ...settings, reopenWithinSeconds: reopenWithinSeconds ?? Math.round(reopenWithinMs / 1_000) };
}
