import { markChatRead } from '../commands/markChatRead.ts';
import { sendChatMessage } from '../commands/sendChatMessage.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';

/** What visitors of a web chat do. */
export const chatMutation: Pick<MutationResolvers, 'sendChatMessage' | 'markChatRead'> = {
  async sendChatMessage(_parent, { input }, context) {
    const outcome = await sendChatMessage(context, input);
    return { clientId: null, userErrors: [], ...outcome };
  },
  markChatRead: (_parent, { input }, context) => markChatRead(context, input),
};
