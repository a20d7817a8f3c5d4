import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { ContactPlace } from '#schema/events/contacts.ts';
import type { Limit } from '#schema/visibility.ts';
import { contactView } from './contactView.ts';
import { isContactEvent, type ContactEvent } from './liveEvent.ts';

const companyId = v7();
const [contactId, other, teamId] = [v7(), v7(), v7()];
const agent: Identity = { kind: 'agent', companyId, agentId: v7(), role: 'AGENT', scopes: [] };
const partner: Identity = { kind: 'partner', companyId, partner: 'crm', scopes: [] };
const visitor: Identity = {
  kind: 'visitor',
  companyId,
  channelId: v7(),
  visitorId: v7(),
  origin: 'https://shop.example',
  scopes: [],
};
const envelope = {
  id: v7(),
  version: 1,
  companyId,
  occurredAt: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'system' },
} as const;

type Change = Extract<ContactEvent, { type: 'conversation.contact.changed' }>['data']['change'];
const changed = (change: Change): ContactEvent => ({
  ...envelope,
  type: 'conversation.contact.changed',
  data: { contactId, change, places: [{ teamId, assigneeId: null }] },
});
const merged = (undone: boolean, places: ContactPlace[] = [], fromPlaces: ContactPlace[] = []): ContactEvent => ({
  ...envelope,
  type: 'conversation.contact.merged',
  data: { mergeId: v7(), intoId: contactId, fromId: other, undone, places, fromPlaces },
});

function shown(
  event: ContactEvent,
  identity = agent,
  args: Record<string, unknown> = {},
  limit: Limit | null = null,
): object | undefined {
  const view = contactView(identity, args, limit);
  return view.wants(event) ? view.toValue(event, 'cursor') : undefined;
}

describe('the live view of contacts', () => {
  it.each([
    ['DETAILS', 'CHANGED'],
    ['BLOCKED', 'BLOCKED'],
    ['UNBLOCKED', 'UNBLOCKED'],
    ['NOTES', 'NOTES'],
    ['ERASED', 'ERASED'],
  ] as const)('shows %s as %s', (change, kind) => {
    expect(shown(changed(change))).toEqual({
      cursor: 'cursor',
      kind,
      contact: { __typename: 'Contact', id: contactId },
      mergedId: null,
      occurredAt: envelope.occurredAt,
    });
  });

  it('shows a merge once, with the contact that stays and the one that became a part of it', () => {
    expect(shown(changed('MERGED'))).toBeUndefined();
    expect(shown(merged(false))).toMatchObject({ kind: 'MERGED', contact: { id: contactId }, mergedId: other });
    expect(shown(merged(true))).toMatchObject({ kind: 'UNMERGED', contact: { id: contactId }, mergedId: other });
  });

  it('keeps to one contact when asked for one, under either id of a merge', () => {
    expect(shown(changed('DETAILS'), agent, { id: contactId.toUpperCase() })).toBeDefined();
    expect(shown(changed('DETAILS'), agent, { id: other })).toBeUndefined();
    expect(shown(merged(false), agent, { id: other })).toBeDefined();
  });

  it('is the company’s own, tells partners of no notes, and visitors of nothing', () => {
    expect(shown(changed('DETAILS'), { ...agent, companyId: v7() })).toBeUndefined();
    expect(shown(changed('DETAILS'), partner)).toBeDefined();
    expect(shown(changed('NOTES'), partner)).toBeUndefined();
    expect(shown(changed('DETAILS'), visitor)).toBeUndefined();
  });

  it('takes nothing else for an event of contacts', () => {
    expect(isContactEvent(merged(false))).toBe(true);
    const read = { ...envelope, type: 'channel.audited' as const };
    const data = {
      channelId: v7(),
      subjectKind: 'channel' as const,
      action: 'channel.paused',
      before: null,
      after: null,
      origin: null,
    };
    expect(isContactEvent({ ...read, data })).toBe(false);
  });

  it('tells who is limited of contacts with a conversation of their teams, and of no others', () => {
    const limitedTo = (...teamIds: string[]): Limit => ({ agentId: v7(), teamIds });
    expect(shown(changed('DETAILS'), agent, {}, limitedTo(v7(), teamId))).toBeDefined();
    expect(shown(changed('DETAILS'), agent, {}, limitedTo(v7()))).toBeUndefined();
    expect(shown(merged(false), agent, {}, limitedTo(teamId))).toBeUndefined();
  });

  it('tells who is limited that two are two again by the one that they may see', () => {
    const [ofInto, ofFrom] = [v7(), v7()];
    const place = (team: string) => [{ teamId: team, assigneeId: null }];
    const undone = merged(true, place(ofInto), place(ofFrom));
    const told = (...teamIds: string[]) => shown(undone, agent, {}, { agentId: v7(), teamIds });
    expect(told(ofInto)).toMatchObject({ kind: 'UNMERGED', contact: { id: contactId }, mergedId: other });
    expect(told(ofInto, ofFrom)).toMatchObject({ contact: { id: contactId }, mergedId: other });
    expect(told(ofFrom)).toMatchObject({ kind: 'UNMERGED', contact: { id: other }, mergedId: contactId });
    expect(told(v7())).toBeUndefined();
  });
});
