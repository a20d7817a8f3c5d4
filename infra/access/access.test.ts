import { describe, expect, test } from '@jest/globals';
import { partnerScopes } from '#schema/partners.ts';
import { allPermissions, readDocument, renderDocument } from './document.ts';
import { scopesOfGraph } from './tables.ts';

describe('docs/access.md', () => {
  test('has the tables that the code has: `npm run access` writes them', () => {
    expect(readDocument()).toBe(renderDocument());
  });

  test('would not have a table that was changed by hand', () => {
    const changed = readDocument().replace('`conversations:read` |', '`contacts:read` |');
    expect(renderDocument(changed)).toBe(renderDocument());
    expect(changed).not.toBe(renderDocument());
  });
});

test('a permission is the same wherever it is asked for', () => {
  for (const [, same] of Map.groupBy(allPermissions, ([name]) => name)) {
    for (const [, rule] of same) expect(rule).toEqual(same[0]?.[1]);
  }
});

test('partners can be given every scope that something takes, and no other', () => {
  expect([...partnerScopes]).toEqual(scopesOfGraph());
});
