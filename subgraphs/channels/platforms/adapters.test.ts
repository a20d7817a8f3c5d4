import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Poison } from '#platform/events/errors.ts';
import { checkFact, mutatedEvents, platformFixtures } from '../testing/platformFixtures.ts';
import type { InboundFact } from './inbound.ts';
import { telegramToFacts } from './telegram/toFacts.ts';
import { whatsappToFacts } from './whatsapp/toFacts.ts';

const channelId = '01890a5d-ac96-774b-bcce-b302099a8057';

describe.each([
  { platform: 'telegram', toFacts: telegramToFacts, externalId: '4242' },
  { platform: 'whatsapp', toFacts: whatsappToFacts, externalId: '106540352242922' },
])('the events of $platform', ({ platform, toFacts, externalId }) => {
  const fixtures = platformFixtures(platform);
  const channel = { id: channelId, externalId };

  it.each(fixtures.filter(({ facts }) => facts))('become facts: $name', ({ event, facts: expected }) => {
    const facts = toFacts(channel, event);
    expect(facts).toEqual(withAnything(expected));
    facts.forEach(checkFact);
  });

  it.each(fixtures.filter(({ facts }) => !facts))('are parked without a rule: $name', ({ event, parked = '' }) => {
    expect(parked).not.toBe('');
    expect(() => toFacts(channel, event)).toThrow(Poison);
    expect(() => toFacts(channel, event)).toThrow(new RegExp(parked));
  });

  it('become facts that fit the catalogue or are parked, however they are changed', () => {
    fc.assert(
      fc.property(mutatedEvents(fixtures), (event) => {
        expect(() => factsOrParked(event).forEach(checkFact)).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });

  function factsOrParked(event: unknown): readonly InboundFact[] {
    try {
      return toFacts(channel, event);
    } catch (error) {
      if (error instanceof Poison) return [];
      throw error;
    }
  }
});

const anyText: unknown = expect.any(String);

/** `*` in a fixture is any text. */
function withAnything(expected: unknown): unknown {
  if (expected === '*') return anyText;
  if (Array.isArray(expected)) return expected.map(withAnything);
  if (typeof expected !== 'object' || expected === null) return expected;
  return Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, withAnything(value)]));
}
