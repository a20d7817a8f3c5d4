import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { forbidden } from '#platform/graphql/errors.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { setChatTyping } from '../commands/setChatTyping.ts';
import type { Context } from '../context.ts';
import type { ChatAuthor, ChatMessageResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { chatMessagePage } from '../queries/chatMessages.ts';
import { cursorOf } from '../queries/keyset.ts';
import type { MessageRow } from '../rows.ts';
import { newest, pageLimits, present } from './pages.ts';

/** What a web chat asks for; see `visitorAccess`. */
export const chatQuery: Pick<QueryResolvers, 'chatMessages'> = {
  async chatMessages(_parent, args, context) {
    const page = pageRequest(newest(args), pageLimits);
    const rows = await context.read((sql) => chatMessagePage(sql, visitorOf(context), page));
    return connectionOf(rows, page, ({ createdAt, id }) => cursorOf(createdAt, id));
  },
};

export const chatMutation: Pick<MutationResolvers, 'setChatTyping'> = {
  setChatTyping: (_parent, { input }, context) =>
    context.read((sql) => setChatTyping({ visitor: visitorOf(context), sql, tell: context.tellTyping }, input)),
};

export const chatMessage: ChatMessageResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.chatMessage.load(id),
  clientId: ({ direction, externalId }, _args, context) =>
    direction === 'INBOUND' ? clientIdOf(externalId, visitorOf(context)) : null,
  author: (message, _args, context) => authorOf(message, context),
};

/** @throws GraphQLError `FORBIDDEN` for everybody else. */
function visitorOf({ viewer: { visitor } }: Context): VisitorIdentity {
  if (!visitor) throw forbidden('This is for visitors of a web chat.');
  return visitor;
}

/** The channels made the message's id of the visitor's and of the client's own. */
function clientIdOf(externalId: string | null, { visitorId }: VisitorIdentity): string | null {
  return externalId?.startsWith(`${visitorId}:`) ? externalId.slice(visitorId.length + 1) : null;
}

async function authorOf({ authorKind, authorId, senderName }: MessageRow, { loaders }: Context): Promise<ChatAuthor> {
  switch (authorKind) {
    case 'CONTACT':
      return { kind: 'VISITOR', name: null };
    case 'AGENT':
      return { kind: 'AGENT', name: present(await loaders.agent.load(authorId), `agent ${authorId}`).name };
    case 'BOT':
      return { kind: 'BOT', name: senderName };
    case 'PARTNER':
    case 'CHANNEL':
      return { kind: 'COMPANY', name: null };
  }
}
