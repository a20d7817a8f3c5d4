import { accessTable } from '#platform/graphql/access.ts';

/** Who may do what with the company's documents. */
export const access = accessTable(
  {
    'knowledge:read': { roles: ['AGENT', 'SUPERVISOR', 'ADMIN'], scope: 'knowledge:read' },
    /** What stands there is told to customers. */
    'knowledge:write': { roles: ['SUPERVISOR', 'ADMIN'] },
    /** What contacts of all teams asked, and how the bot came to its answers. */
    'answers:review': { roles: ['ADMIN'] },
    /** Who sees a conversation; what the documents say to it takes that permission as well. */
    'conversations:read': { roles: ['AGENT', 'SUPERVISOR', 'ADMIN'], scope: 'conversations:read' },
  },
  {
    query: {
      documents: 'knowledge:read',
      documentImports: 'knowledge:read',
      searchKnowledge: 'knowledge:read',
      answer: 'knowledge:read',
      answerInPieces: 'knowledge:read',
      answerTrace: 'answers:review',
      unansweredQuestions: 'answers:review',
    },
    mutation: {
      addDocument: 'knowledge:write',
      updateDocument: 'knowledge:write',
      refreshDocument: 'knowledge:write',
      importSitemap: 'knowledge:write',
      removeDocument: 'knowledge:write',
      answerQuestion: 'answers:review',
      dismissQuestion: 'answers:review',
    },
    types: {
      Document: 'knowledge:read',
      DocumentImport: 'knowledge:read',
      Conversation: 'conversations:read',
      UnansweredQuestion: 'answers:review',
    },
  },
);
