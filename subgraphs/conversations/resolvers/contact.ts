import { pageRequest } from '#platform/graphql/connection.ts';
import type {
  ContactIdentityResolvers,
  ContactMergeResolvers,
  ContactNoteResolvers,
  ContactResolvers,
} from '../generated/resolvers.ts';
import { pageLimits, present } from './pages.ts';

export const contact: ContactResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.contact.load(id),
  pictureUrl: ({ pictureFileKey }, _args, { signFile }) => (pictureFileKey === null ? null : signFile(pictureFileKey)),
  identities: async ({ id }, _args, { loaders }) => (await loaders.contactIdentities.load(id)) ?? [],
  conversations: async ({ id: ownerId }, args, { loaders }) =>
    present(await loaders.contactConversations.load({ ownerId, page: pageRequest(args, pageLimits) }), 'a page'),
  notes: async ({ id: ownerId }, args, { loaders }) =>
    present(await loaders.contactNotes.load({ ownerId, page: pageRequest(args, pageLimits) }), 'a page'),
  merges: async ({ id: ownerId }, args, { loaders }) =>
    present(await loaders.contactMerges.load({ ownerId, page: pageRequest(args, pageLimits) }), 'a page'),
};

export const contactIdentity: ContactIdentityResolvers = {
  channel: ({ channelId }) => ({ id: channelId }),
};

export const contactNote: ContactNoteResolvers = {
  author: async ({ authorId }, _args, { loaders }) => present(await loaders.agent.load(authorId), `agent ${authorId}`),
};

export const contactMerge: ContactMergeResolvers = {
  into: async ({ intoId }, _args, { loaders }) => present(await loaders.contact.load(intoId), `contact ${intoId}`),
  mergedBy: async ({ mergedBy }, _args, { loaders }) =>
    present(await loaders.agent.load(mergedBy), `agent ${mergedBy}`),
  undoneBy: ({ undoneBy }, _args, { loaders }) => (undoneBy === null ? null : loaders.agent.load(undoneBy)),
};
