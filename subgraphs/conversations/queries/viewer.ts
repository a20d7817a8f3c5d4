import type { Identity, VisitorIdentity } from '#platform/identity/identity.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';

/** Who reads, as far as it changes what there is to see. */
export interface Viewer {
  readonly companyId: string;
  /** Null for partners and services: they have read nothing and have nothing unread, and notes are not for them. */
  readonly agentId: string | null;
  /** Who writes by a web chat, and sees nothing but that; null for everybody else. */
  readonly visitor: VisitorIdentity | null;
}

export function viewerOf(identity: Identity): Viewer {
  return {
    companyId: identity.companyId,
    agentId: identity.kind === 'agent' ? identity.agentId : null,
    visitor: identity.kind === 'visitor' ? identity : null,
  };
}

/** For statements that read conversations as `c`: joins the viewer's read mark as `r`. */
export function readMark({ agentId }: Viewer): Fragment {
  return fragment`left join conversations.read_marks r
    on r.company_id = c.company_id and r.conversation_id = c.id and r.agent_id = ${agentId}::uuid`;
}

/** What the viewer has not read of conversation `c`, given {@link readMark}. */
export function unreadCount({ agentId }: Viewer): Fragment {
  return agentId === null ? fragment`0` : fragment`c.inbound_count - coalesce(r.read_inbound_count, 0)`;
}

/** For statements that read messages as `m`: without the notes, for whom they are not meant. */
export function visibleMessages({ agentId }: Viewer): Fragment {
  return agentId === null ? fragment`not m.is_private` : fragment`true`;
}
