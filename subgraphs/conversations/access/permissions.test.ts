import { describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Permission as Rule } from '#platform/graphql/access.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { permissions, requirePermission, requireScope, type Permission } from './permissions.ts';

const companyId = v7();
const roles = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;

function may(identity: Identity, permission: string): boolean {
  try {
    return requirePermission(identity, permission as Permission) === identity;
  } catch {
    return false;
  }
}

function mayPartner(identity: Identity & { kind: 'partner' }, permission: string): boolean {
  try {
    return requireScope(identity, permission as Permission) === identity;
  } catch {
    return false;
  }
}

describe.each(Object.entries<Rule>(permissions))('a command that takes %s', (permission, rule) => {
  test('is for agents of its roles', () => {
    const agent = { kind: 'agent', companyId, agentId: v7(), scopes: [] } as const;
    const agents = roles.filter((role) => may({ ...agent, role }, permission));
    expect(agents).toEqual(roles.filter((role) => rule.roles.includes(role)));
  });

  test('is done in the name of an agent, and so not for partners, visitors and services', () => {
    const scopes = Object.keys(permissions);
    const others: Identity[] = [
      { kind: 'partner', companyId, partner: 'crm', scopes },
      { kind: 'service', companyId, service: 'router', scopes },
      { kind: 'visitor', companyId, channelId: v7(), visitorId: v7(), origin: 'https://example.com', scopes },
    ];
    expect(others.filter((other) => may(other, permission))).toEqual([]);
  });

  test('is done in the name of a partner only with the scope that it has', () => {
    const partner = { kind: 'partner', companyId, partner: 'crm' } as const;
    const all = [...Object.keys(permissions), 'conversations:write', 'contacts:write'];
    const enough = all.filter((scope) => mayPartner({ ...partner, scopes: [scope] }, permission));
    expect(enough).toEqual(all.filter((scope) => scope === rule.scope));
  });
});
