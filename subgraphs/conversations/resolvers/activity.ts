import type {
  AssignmentActivityResolvers,
  BotActivityResolvers,
  ContactActivityResolvers,
  ConversationActivityResolvers,
  HandOverActivityResolvers,
  LabelsActivityResolvers,
  PriorityActivityResolvers,
  Resolvers,
  ResolversTypes,
  StatusActivityResolvers,
} from '../generated/resolvers.ts';
import { isPermitted } from '#platform/graphql/access.ts';
import { permissions } from '../access/permissions.ts';
import type { Context } from '../context.ts';
import type { ActivityRow } from '../rows.ts';
import { reasonOf } from '../rules/assignment.ts';
import { isSystemRule } from '../rules/systemRule.ts';

/** What each kind of change is on the graph: a change that is not here does not compile. */
const typeNames = {
  OPENED: 'OpenedActivity',
  STATUS: 'StatusActivity',
  ASSIGNED: 'AssignmentActivity',
  PRIORITY: 'PriorityActivity',
  LABELS: 'LabelsActivity',
  BOT: 'BotActivity',
  HANDED_OVER: 'HandOverActivity',
  CONTACT: 'ContactActivity',
} as const satisfies Record<ActivityRow['kind'], string>;

async function actor(
  { actorKind, actorId }: ActivityRow,
  _args: object,
  { loaders }: Context,
): Promise<Awaited<ResolversTypes['ActivityActor']> | null> {
  switch (actorKind) {
    case 'agent':
      return actorId === null ? null : loaders.agent.load(actorId);
    case 'contact':
      return actorId === null ? null : loaders.contact.load(actorId);
    case 'bot':
      return { __typename: 'Bot', id: actorId ?? 'bot', name: 'Bot' };
    case 'partner':
      return { __typename: 'PartnerActor', name: actorId ?? 'Partner' };
    case 'system':
      return { __typename: 'SystemActor', rule: isSystemRule(actorId) ? actorId : null };
  }
}

const conversationActivity: ConversationActivityResolvers = { __resolveType: ({ kind }) => typeNames[kind] };

const statusActivity: StatusActivityResolvers = {
  actor,
  from: ({ data }) => data.from,
  to: ({ data }) => data.to,
  snoozedUntil: ({ data }) => (data.snoozedUntil === null ? null : new Date(data.snoozedUntil)),
};

const assignmentActivity: AssignmentActivityResolvers = {
  actor,
  reason: ({ data, actorKind, actorId }) => reasonOf(data.reason, { kind: actorKind, id: actorId }),
  policy: ({ data: { policyId } }, _args, { identity, loaders }) =>
    policyId != null && isPermitted(permissions['assignment:manage'], identity) ? loaders.policy.load(policyId) : null,
  assignee: ({ data: { assigneeId } }, _args, { loaders }) =>
    assigneeId === null ? null : loaders.agent.load(assigneeId),
  previousAssignee: ({ data: { previousAssigneeId } }, _args, { loaders }) =>
    previousAssigneeId === null ? null : loaders.agent.load(previousAssigneeId),
  team: ({ data: { teamId } }, _args, { loaders }) => (teamId === null ? null : loaders.team.load(teamId)),
  previousTeam: ({ data: { previousTeamId } }, _args, { loaders }) =>
    previousTeamId === null ? null : loaders.team.load(previousTeamId),
};

const priorityActivity: PriorityActivityResolvers = {
  actor,
  from: ({ data }) => data.from,
  to: ({ data }) => data.to,
};

const labelsActivity: LabelsActivityResolvers = {
  actor,
  added: ({ data }, _args, context) => labelsOf(context, data.addedIds),
  removed: ({ data }, _args, context) => labelsOf(context, data.removedIds),
};

const botActivity: BotActivityResolvers = {
  actor,
  enabled: ({ data }) => data.enabled,
};

const handOverActivity: HandOverActivityResolvers = {
  actor,
  reason: ({ data }) => data.reason,
};

const contactActivity: ContactActivityResolvers = {
  actor,
  contact: ({ data: { contactId } }, _args, { loaders }) => loaders.contact.load(contactId),
};

async function labelsOf({ loaders }: Context, ids: readonly string[]) {
  const labels = await Promise.all(ids.map((id) => loaders.label.load(id)));
  return labels.filter((label) => label !== null);
}

export const activityTypes = {
  ConversationActivity: conversationActivity,
  ActivityActor: {
    __resolveType(row) {
      if ('__typename' in row && row.__typename) return row.__typename;
      return 'role' in row ? 'Agent' : 'Contact';
    },
  },
  OpenedActivity: { actor },
  StatusActivity: statusActivity,
  AssignmentActivity: assignmentActivity,
  PriorityActivity: priorityActivity,
  LabelsActivity: labelsActivity,
  BotActivity: botActivity,
  HandOverActivity: handOverActivity,
  ContactActivity: contactActivity,
} satisfies Resolvers;
