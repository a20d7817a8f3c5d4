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
    version: p.integer(),
    /** Kept by triggers, as `fullyReadCount` is: never set. */
    openConversationCount: p.integer(),
    fullyReadCount: p.integer(),
  },
});
export type AgentEntity = InferEntity<typeof Agent>;
