import { accessTable } from '#platform/graphql/access.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;

/** Who may do what with channels. */
export const access = accessTable(
  {
    /** The company and its channels, as everybody there knows them. */
    'directory:read': { roles: everybody, scope: 'directory:read' },
    /** What goes out with a message. */
    'files:upload': { roles: everybody },
    /** Whoever has an account's token can write in the company's name. */
    'channels:manage': { roles: ['ADMIN'] },
    /** Its clocks and its hours. */
    'company:manage': { roles: ['ADMIN'] },
    /** The visitor's own side of a web chat. */
    chat: { roles: [], visitors: true },
  },
  {
    query: { company: 'directory:read', channel: 'directory:read', channels: 'directory:read' },
    mutation: {
      updateCompany: 'company:manage',
      requestUpload: 'files:upload',
      connectChannel: 'channels:manage',
      reauthorizeChannel: 'channels:manage',
      pauseChannel: 'channels:manage',
      resumeChannel: 'channels:manage',
      removeChannel: 'channels:manage',
      updateWebChat: 'channels:manage',
      rotateIdentitySecret: 'channels:manage',
      sendChatMessage: 'chat',
      markChatRead: 'chat',
    },
    types: { Company: 'directory:read', Channel: 'directory:read' },
  },
);
