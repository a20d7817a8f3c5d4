import { accessTable } from '#platform/graphql/access.ts';

/** Figures of the whole company: they name nobody's conversation. */
export const access = accessTable(
  { 'analytics:read': { roles: ['AGENT', 'SUPERVISOR', 'ADMIN'], scope: 'analytics:read' } },
  { query: { dashboard: 'analytics:read' }, mutation: {}, types: { Dashboard: 'analytics:read' } },
);
