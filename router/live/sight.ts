import { parse } from 'graphql';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { isVisible, type Limit } from '#schema/visibility.ts';
import { dataOf, type Executor } from '../execution/executor.ts';
import { sha256 } from '../operations/documents.ts';
import type { EventFeed } from './eventFeed.ts';
import { isInboxEvent } from './inboxUpdate.ts';

/** Whether somebody may see a conversation, at any moment. */
export interface Sight {
  readonly isOpen: boolean;
  end(): void;
}

export type LookAt = (conversationId: string, identity: Identity, limit: Limit | null) => Promise<Sight>;

/** What the router itself asks of the graph. */
export const sightQuestion = 'query ($id: ID!) { conversation(id: $id) { id } }';

/** What is said of a conversation at the moment does not tell whose it is: the graph says so, and then each event of it. */
export function createLookAt({ executor, feed }: { readonly executor: Executor; readonly feed: EventFeed }): LookAt {
  const source = { hash: sha256(sightQuestion), document: parse(sightQuestion), operationName: undefined };

  return async (conversationId, identity, limit) => {
    if (limit === null) return { isOpen: true, end: () => undefined };
    const id = conversationId.toLowerCase();
    let isOpen: boolean | undefined;
    const end = feed.listen(identity.companyId, {
      onEvent({ event }) {
        if (!isInboxEvent(event) || event.data.conversation.id !== id) return;
        isOpen = isVisible(limit, event.data.conversation);
      },
      onGap: () => (isOpen = false),
    });
    const answer = await executor.execute(executor.prepare(source), { id }, { identity, requestId: v7() });
    // What was told meanwhile is newer.
    isOpen ??= dataOf(answer)?.['conversation'] != null;
    return {
      get isOpen() {
        return isOpen === true;
      },
      end,
    };
  };
}
