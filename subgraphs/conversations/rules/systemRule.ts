/** By which rule the inbox itself does something: the id of its actor. */
export const systemRules = [
  'SNOOZE_ENDED',
  'ANSWERED_ELSEWHERE',
  'AGENT_LEFT',
  'TEAM_DELETED',
  'ASSIGNMENT',
  'BOT_AWAY',
] as const;
export type SystemRule = (typeof systemRules)[number];

export function isSystemRule(value: string | null): value is SystemRule {
  return systemRules.some((rule) => rule === value);
}

export function systemActor(rule: SystemRule): { readonly kind: 'system'; readonly id: SystemRule } {
  return { kind: 'system', id: rule };
}
