import { access as analytics } from '#analytics/access.ts';
import { access as channels } from '#channels/access.ts';
import { access as conversations } from '#conversations/access/permissions.ts';
import { access as knowledge } from '#knowledge/access.ts';
import type { AccessTable } from '#platform/graphql/access.ts';

/** The tables of access of all subgraphs. */
export const accessTables: Readonly<Record<string, AccessTable>> = { channels, conversations, knowledge, analytics };

/** What a partner's token can be given. */
export function scopesOfGraph(): string[] {
  const permissions = Object.values(accessTables).flatMap((table) => Object.values(table.permissions));
  return [...new Set(permissions.flatMap(({ scope }) => scope ?? []))].toSorted();
}
