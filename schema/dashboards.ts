import { z } from 'zod';

const instant = z.union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))]);
const ids = z.array(z.string()).optional();

/** What a dashboard is of, as it was asked for. */
const dashboardSchema = z.object({
  range: z.object({ from: instant, to: instant }),
  filter: z.object({ channelIds: ids, platforms: ids, agentIds: ids, teamIds: ids, labelIds: ids }),
});
export type DashboardAsked = z.output<typeof dashboardSchema>;

/** Reads it from a field's arguments; undefined when they are none. */
export function readDashboard({ range, filter }: { readonly range?: unknown; readonly filter?: unknown }) {
  const given = Object.entries(filter ?? {}).filter(([, value]) => value !== null);
  return dashboardSchema.safeParse({ range, filter: Object.fromEntries(given) }).data;
}

/** The same for all who ask for the same; whose it is, says who asks. */
export function dashboardId(asked: DashboardAsked): string {
  return Buffer.from(JSON.stringify(asked)).toString('base64url');
}

/** What the dashboard of an id is of; undefined when it is the id of none. */
export function dashboardOf(id: string): DashboardAsked | undefined {
  try {
    return readDashboard(z.looseObject({}).parse(JSON.parse(Buffer.from(id, 'base64url').toString())));
  } catch {
    return undefined;
  }
}
