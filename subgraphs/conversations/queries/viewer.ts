import { GraphQLError } from 'graphql';
import type { Identity, VisitorIdentity } from '#platform/identity/identity.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import { isId } from '../ids.ts';
import type { Limit } from '#schema/visibility.ts';

/** Who asks, as far as their token tells. */
export interface Caller {
  readonly companyId: string;
  /** Null for partners and services: they have read nothing and have nothing unread, and notes are not for them. */
  readonly agentId: string | null;
  /** Who writes by a web chat, and sees nothing but that; null for everybody else. */
  readonly visitor: VisitorIdentity | null;
  /** Others of the same rights get the answer too, none of whom is limited to their teams. */
  readonly forAll: boolean;
}

/** Who reads, as far as it changes what there is to see: queries take one, which only a read session can give. */
export interface Viewer extends Caller {
  /** What the agent may see; null: everything of the company. */
  readonly limit: Limit | null;
}

export function callerOf(identity: Identity): Caller {
  return {
    companyId: identity.companyId,
    agentId: identity.kind === 'agent' ? identity.agentId : null,
    visitor: identity.kind === 'visitor' ? identity : null,
    forAll: identity.kind === 'agent' && identity.forAll === true,
  };
}

/** What {@link limitOf} reads, as text: it travels with the statement that opens the session, and costs no round trip. */
export function limitQuery({ companyId, agentId }: Caller): string | undefined {
  if (agentId === null || !isId(companyId) || !isId(agentId)) return undefined;
  return `select a.limited_to_teams as "limited", array(
      select m.team_id::text from conversations.team_members m
      where m.company_id = a.company_id and m.agent_id = a.id
    ) as "teamIds"
    from conversations.agents a where a.company_id = '${companyId}' and a.id = '${agentId}'`;
}

/**
 * An agent whom the company does not have (any more) has no teams.
 *
 * @throws GraphQLError `VIEW_CHANGED` when others were to get what this one, who is limited, may see.
 */
export function viewerOf(caller: Caller, rows: readonly object[]): Viewer {
  const { agentId } = caller;
  const [agent] = rows as readonly { readonly limited: boolean; readonly teamIds: readonly string[] }[];
  if (agentId === null || agent?.limited === false) return { ...caller, limit: null };
  if (caller.forAll) throw viewChanged();
  return { ...caller, limit: { agentId, teamIds: agent?.teamIds ?? [] } };
}

function viewChanged(): GraphQLError {
  return new GraphQLError('This agent may see less than those for whom it is asked: ask as another.', {
    extensions: { code: 'VIEW_CHANGED' },
  });
}

/** For statements that read conversations as `c`: joins the viewer's read mark as `r`. */
export function readMark({ agentId }: Caller): Fragment {
  return fragment`left join conversations.read_marks r
    on r.company_id = c.company_id and r.conversation_id = c.id and r.agent_id = ${agentId}::uuid`;
}

/** What the viewer has not read of conversation `c`, given {@link readMark}. */
export function unreadCount({ agentId }: Caller): Fragment {
  return agentId === null ? fragment`0` : fragment`c.inbound_count - coalesce(r.read_inbound_count, 0)`;
}

/** For statements that find a few conversations as `c` by something else: those that the viewer may see. */
export function visibleConversations({ limit }: Pick<Viewer, 'limit'>): Fragment {
  if (limit === null) return fragment`true`;
  return fragment`(c.team_id = any(${limit.teamIds}::uuid[]) or c.assignee_id = ${limit.agentId})`;
}

/** For statements that read messages as `m`: without the notes, for whom they are not meant. */
export function publicMessages({ agentId }: Caller): Fragment {
  return agentId === null ? fragment`not m.is_private` : fragment`true`;
}

/** For statements that find messages as `m` by something else than a conversation that the viewer may see. */
export function visibleMessages(viewer: Viewer): Fragment {
  if (viewer.limit === null) return publicMessages(viewer);
  return fragment`exists (
    select from conversations.conversations c
    where c.company_id = m.company_id and c.id = m.conversation_id and ${visibleConversations(viewer)})`;
}

/** For statements that read contacts as `k`: those with a conversation that the viewer may see. */
export function visibleContacts(viewer: Pick<Viewer, 'limit'>): Fragment {
  if (viewer.limit === null) return fragment`true`;
  return fragment`exists (
    select from conversations.conversations c
    where c.company_id = k.company_id and c.contact_id = k.id and ${visibleConversations(viewer)})`;
}
