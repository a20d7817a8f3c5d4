/** What an agent who is limited sees: what is of one of these teams, or assigned to them. The inbox and what is live of it have to agree on that. */
export interface Limit {
  readonly agentId: string;
  readonly teamIds: readonly string[];
}

/** @param limit Null: everything of the company. */
export function isVisible(
  limit: Limit | null,
  conversation: { readonly teamId: string | null; readonly assigneeId: string | null },
): boolean {
  const { teamId, assigneeId } = conversation;
  return limit === null || assigneeId === limit.agentId || (teamId !== null && limit.teamIds.includes(teamId));
}
