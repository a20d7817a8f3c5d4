import type { AuditEntryResolvers } from '../generated/resolvers.ts';

const kinds = {
  agent: 'AGENT',
  contact: 'CONTACT',
  bot: 'BOT',
  system: 'SYSTEM',
  partner: 'PARTNER',
} as const;

export const auditEntry: AuditEntryResolvers = {
  actorKind: ({ actorKind }) => kinds[actorKind],
  partner: ({ actorKind, actorId }) => (actorKind === 'partner' ? actorId : null),
  agent: ({ actorKind, actorId }, _args, { loaders }) =>
    actorKind === 'agent' && actorId !== null ? loaders.agent.load(actorId) : null,
};
