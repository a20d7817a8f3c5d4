import { accessTable } from '#platform/graphql/access.ts';
import { biScope } from '#schema/bi.ts';

/** Figures of the whole company: they name nobody's conversation. */
export const access = accessTable(
  {
    'analytics:read': { roles: ['AGENT', 'SUPERVISOR', 'ADMIN'], scope: 'analytics:read' },
    /** SQL for BI tools, past the graph: partners' keys alone open it. */
    [biScope]: { roles: [], scope: biScope },
    /** Which programs use what of the graph. */
    'usage:read': { roles: ['ADMIN'] },
  },
  {
    query: { dashboard: 'analytics:read', fieldUsage: 'usage:read', operations: 'usage:read' },
    mutation: {},
    types: { Dashboard: 'analytics:read', OperationsReport: 'usage:read' },
  },
);
