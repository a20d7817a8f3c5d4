import type { Colleague } from '../company.ts';
import type { InboxCounts } from '../screen.ts';
import type { Tables } from '../tables.ts';

interface Place {
  readonly id: string;
  readonly status: string;
  readonly assigneeId: string | null;
  readonly teamId: string | null;
  /** Of each message of the contact: how many there were with it. */
  readonly ordinals: readonly number[];
}

/** What everybody should see, made of the conversations, their messages and what was read of them, and of no counter. */
export interface Truth {
  readonly conversations: readonly Place[];
  unreadOf(colleague: Colleague, conversationId: string): number;
  countsOf(colleague: Colleague): InboxCounts;
  visibleTo(colleague: Colleague): readonly Place[];
}

export async function readTruth(tables: Tables): Promise<Truth> {
  const conversations = await tables.rows<Place>(
    `select c.id, c.status, c.assignee_id as "assigneeId", c.team_id as "teamId", array(
       select m.inbound_ordinal from conversations.messages m
       where m.conversation_id = c.id and m.direction = 'INBOUND' order by 1) as ordinals
     from conversations.conversations c`,
  );
  const marks = await tables.rows<{ key: string; read: number }>(
    `select agent_id || ' ' || conversation_id as key, read_inbound_count as read from conversations.read_marks`,
  );
  const readBy = new Map(marks.map(({ key, read }) => [key, read]));

  const visibleTo = (colleague: Colleague) => conversations.filter((one) => maySee(colleague, one));
  const unread = ({ id: agentId }: Colleague, { id, ordinals }: Place): number => {
    const read = readBy.get(`${agentId} ${id}`) ?? 0;
    return ordinals.filter((ordinal) => ordinal > read).length;
  };
  const byId = new Map(conversations.map((one) => [one.id, one]));

  return {
    conversations,
    visibleTo,
    unreadOf(colleague, conversationId) {
      const conversation = byId.get(conversationId);
      return conversation ? unread(colleague, conversation) : 0;
    },
    countsOf(colleague) {
      const visible = visibleTo(colleague);
      const open = visible.filter(({ status }) => status === 'OPEN');
      return {
        open: open.length,
        pending: visible.filter(({ status }) => status === 'PENDING').length,
        snoozed: visible.filter(({ status }) => status === 'SNOOZED').length,
        unassigned: open.filter(({ assigneeId }) => assigneeId === null).length,
        mine: open.filter(({ assigneeId }) => assigneeId === colleague.id).length,
        unread: visible.filter((one) => one.status !== 'RESOLVED' && unread(colleague, one) > 0).length,
      };
    },
  };
}

/** The rule of who sees what, once more. */
export function maySee(
  { id, isLimited, teamIds }: Colleague,
  { assigneeId, teamId }: { readonly assigneeId: string | null; readonly teamId: string | null },
): boolean {
  return !isLimited || assigneeId === id || (teamId !== null && teamIds.includes(teamId));
}
