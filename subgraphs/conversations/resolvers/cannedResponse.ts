import type { Context } from '../context.ts';
import type { CannedResponseResolvers } from '../generated/resolvers.ts';
import { firstName, renderTemplate } from '../rules/template.ts';
import type { AgentIdentity } from '../access/permissions.ts';

export const cannedResponse: CannedResponseResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.cannedResponse.load(id),
};

/** Fills one in for a conversation. Null: there is no such one, or no such conversation, for the viewer. */
export async function renderedCannedResponse(
  { loaders }: Context,
  agentId: AgentIdentity['agentId'],
  { id, conversationId }: { readonly id: string; readonly conversationId: string },
) {
  const [response, conversation] = await Promise.all([
    loaders.cannedResponse.load(id),
    loaders.conversation.load(conversationId),
  ]);
  if (!response || !conversation) return null;
  const [contact, agent] = await Promise.all([
    loaders.contact.load(conversation.contactId),
    loaders.agent.load(agentId),
  ]);
  const rendered = renderTemplate(response.content, {
    'contact.name': contact?.name ?? null,
    'contact.firstName': firstName(contact?.name ?? null),
    'contact.email': contact?.email ?? null,
    'agent.name': agent?.name ?? null,
    'agent.firstName': firstName(agent?.name ?? null),
    'conversation.number': String(conversation.number),
  });
  return { ...rendered, attachmentUrls: response.attachmentUrls };
}
