import { accessTable } from '#platform/graphql/access.ts';

/** Who may do what with the company's documents. */
export const access = accessTable(
  {
    'knowledge:read': { roles: ['AGENT', 'SUPERVISOR', 'ADMIN'], scope: 'knowledge:read' },
    /** What stands there is told to customers. */
    'knowledge:write': { roles: ['SUPERVISOR', 'ADMIN'] },
  },
  {
    query: { documents: 'knowledge:read', searchKnowledge: 'knowledge:read' },
    mutation: {
      addDocument: 'knowledge:write',
      updateDocument: 'knowledge:write',
      removeDocument: 'knowledge:write',
    },
    types: { Document: 'knowledge:read' },
  },
);
