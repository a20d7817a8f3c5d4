import { describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { callerOf, viewerOf } from './viewer.ts';

const agent = { kind: 'agent', companyId: v7(), agentId: v7(), role: 'AGENT', scopes: [] } as const;
const limited = [{ limited: true, teamIds: [v7()] }];
const free = [{ limited: false, teamIds: [] }];

describe('what is asked for an agent and for others of the same rights', () => {
  test('is answered where the agent sees everything', () => {
    expect(viewerOf(callerOf({ ...agent, forAll: true }), free).limit).toBeNull();
  });

  test.each([
    ['is limited to their teams', limited],
    ['is none of the company’s any more', []],
  ])('is refused where the agent %s', (_, rows) => {
    expect(() => viewerOf(callerOf({ ...agent, forAll: true }), rows)).toThrow(
      expect.objectContaining({ extensions: { code: 'VIEW_CHANGED' } }),
    );
    expect(viewerOf(callerOf(agent), rows).limit).not.toBeNull();
  });
});
