import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { z } from 'zod';
import { createEvent, eventSubject, parseEvent } from './catalogue.ts';

const catalogue = {
  'shop.order.placed': { version: 2, data: z.object({ total: z.number(), note: z.string().default('none') }) },
} as const;
const companyId = v7();
const actor = { kind: 'agent', id: 'a1' } as const;

describe('the event catalogue', () => {
  it('gives a new event its id, version and time, and fills in defaults', () => {
    const event = createEvent(catalogue, companyId, { type: 'shop.order.placed', actor, data: { total: 3 } });
    expect(event).toMatchObject({
      type: 'shop.order.placed',
      version: 2,
      companyId,
      actor,
      data: { total: 3, note: 'none' },
    });
    expect(event.id).toMatch(/^[0-9a-f-]{14}7/);
    expect(new Date(event.occurredAt).toISOString()).toBe(event.occurredAt);
  });

  it('reads back whatever it made, after a trip through JSON', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.string(),
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }),
        (total, note, occurredAt) => {
          const event = createEvent(catalogue, companyId, {
            type: 'shop.order.placed',
            actor,
            data: { total, note },
            occurredAt,
          });
          expect(parseEvent(catalogue, JSON.parse(JSON.stringify(event)))).toEqual(event);
        },
      ),
    );
  });

  it('refuses to make an event that does not fit its model', () => {
    const bad = { type: 'shop.order.placed', actor, data: { total: 'three' } } as never;
    expect(() => createEvent(catalogue, companyId, bad)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    const unknown = { type: 'shop.closed', actor, data: {} } as never;
    expect(() => createEvent(catalogue, companyId, unknown)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_EVENT_TYPE' }),
    );
  });

  it('passes over types that a newer service says, and refuses newer versions and broken envelopes', () => {
    const event = createEvent(catalogue, companyId, { type: 'shop.order.placed', actor, data: { total: 3 } });
    expect(parseEvent(catalogue, { ...event, type: 'shop.order.sent' })).toBeUndefined();
    expect(parseEvent(catalogue, { ...event, type: 'toString' })).toBeUndefined();
    for (const broken of [
      { ...event, version: 3 },
      { ...event, companyId: 'acme' },
      { ...event, data: {} },
      null,
      'text',
      [],
    ]) {
      expect(() => parseEvent(catalogue, broken)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    }
  });

  it('puts the context first and the company second into the subject', () => {
    expect(eventSubject({ type: 'shop.order.placed', companyId: 'c' })).toBe('events.shop.c.order.placed');
    expect(eventSubject({ type: 'shop.opened', companyId: 'c' })).toBe('events.shop.c.opened');
  });
});
