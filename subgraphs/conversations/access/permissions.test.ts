import { describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity, Role } from '#platform/identity/identity.ts';
import { permissions, requirePermission, type Permission } from './permissions.ts';

const companyId = v7();
const scopes: readonly string[] = [];
const roles = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;

function may(identity: Identity, permission: string): boolean {
  try {
    return requirePermission(identity, permission as Permission) === identity;
  } catch {
    return false;
  }
}

describe.each(Object.entries<readonly Role[]>(permissions))('%s', (permission, allowed) => {
  test('is for agents of its roles', () => {
    const agents = roles.filter((role) => may({ kind: 'agent', companyId, agentId: v7(), role, scopes }, permission));
    expect(agents).toEqual(roles.filter((role) => allowed.includes(role)));
  });

  test('is not for partners, visitors and services', () => {
    const others: Identity[] = [
      { kind: 'partner', companyId, partner: 'crm', scopes },
      { kind: 'service', companyId, service: 'router', scopes },
      { kind: 'visitor', companyId, channelId: v7(), visitorId: v7(), origin: 'https://example.com', scopes },
    ];
    expect(others.filter((other) => may(other, permission))).toEqual([]);
  });
});
