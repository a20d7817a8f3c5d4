import { defineEntity, p, type InferEntity } from '@mikro-orm/postgresql';

export const Agent = defineEntity({
  name: 'Agent',
  tableName: 'agents',
  properties: {
    companyId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    email: p.text(),
    role: p.text().$type<'AGENT' | 'SUPERVISOR' | 'ADMIN'>(),
    deactivatedAt: p.datetime().strictNullable(),
    /** Tokens that were issued until then are worth nothing. */
    signedOutAt: p.datetime().strictNullable(),
    version: p.integer(),
    /** They see the conversations of their teams and those assigned to them, and nothing else. */
    limitedToTeams: p.boolean(),
    /** Kept by a trigger: never set. */
    openConversationCount: p.integer(),
  },
});
export type AgentEntity = InferEntity<typeof Agent>;
