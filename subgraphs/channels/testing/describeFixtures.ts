import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Poison } from '#platform/events/errors.ts';
import type { InboundChannel, ToFacts } from '../platforms/inbound.ts';
import { mutated } from './mutations.ts';
import { checkFact, expected, readFixtures } from './platformFixtures.ts';

/** What an adapter has to do with every fixture of its platform, and with what is nearly one. */
export function describeFixtures(platform: string, toFacts: ToFacts, channel: InboundChannel): void {
  const fixtures = readFixtures(platform);

  /** Facts that can be published, or why the event is parked. Everything else is a fault, and thrown. */
  function outcomeOf(event: unknown): { readonly facts: unknown; readonly parked: string } {
    try {
      const facts = toFacts(channel, event);
      facts.forEach(checkFact);
      return { facts, parked: '' };
    } catch (error) {
      if (error instanceof Poison) return { facts: null, parked: error.message };
      throw error;
    }
  }

  describe(`events of ${platform}`, () => {
    it.each(fixtures)('$name says what is expected of it', (fixture) => {
      const { facts, parked } = outcomeOf(fixture.event);
      expect(facts).toEqual(expected(fixture.facts));
      expect(parked).toMatch(new RegExp(fixture.parked));
    });

    it('become facts that fit the catalogue or are parked, whatever stands in them', () => {
      const events = fixtures.map(({ event }) => event);
      fc.assert(
        fc.property(mutated(events), (event) => {
          expect(() => outcomeOf(event)).not.toThrow();
        }),
        { numRuns: 3_000 },
      );
    });
  });
}
