import type { Outcome } from '../../commands/asAgent.ts';
import type { Context } from '../../context.ts';

export async function messagePayload({ loaders }: Context, outcome: Outcome<{ readonly messageId: string }>) {
  if ('userErrors' in outcome) return { message: null, userErrors: outcome.userErrors };
  return { message: await loaders.message.load(outcome.messageId), userErrors: [] };
}

export async function contactPayload({ loaders }: Context, outcome: Outcome<{ readonly contactId: string }>) {
  if ('userErrors' in outcome) return { contact: null, userErrors: outcome.userErrors };
  return { contact: await loaders.contact.load(outcome.contactId), userErrors: [] };
}

export function deletedPayload(outcome: Outcome<{ readonly deletedId: string }>) {
  if ('userErrors' in outcome) return { deletedId: null, userErrors: outcome.userErrors };
  return { ...outcome, userErrors: [] };
}

export async function conversationPayload({ loaders }: Context, outcome: Outcome<{ readonly conversationId: string }>) {
  if ('userErrors' in outcome) return { conversation: null, userErrors: outcome.userErrors };
  return { conversation: await loaders.conversation.load(outcome.conversationId), userErrors: [] };
}

export async function agentPayload({ loaders }: Context, outcome: Outcome<{ readonly agentId: string }>) {
  if ('userErrors' in outcome) return { agent: null, userErrors: outcome.userErrors };
  return { agent: await loaders.agent.load(outcome.agentId), userErrors: [] };
}
