import { demoCompany } from '../runningPlatform.ts';
import type { Area } from './areas.ts';

/** What is written where, so that it is recognised wherever it turns up. */
export interface Words {
  readonly message: string;
  readonly customer: string;
  readonly note: string;
  /** What an agent keeps for themselves. */
  readonly own: string;
  readonly document: string;
  /** Of which the pages are to be documents. */
  readonly sitemap: string;
  /** A firm whose program has a key. */
  readonly partner: string;
}

export const words = {
  acme: {
    message: 'the blue heron lands at dawn',
    customer: 'Sasha Vale',
    note: 'prefers the quiet magpie',
    own: 'the speckled wren hides',
    document: 'the grey otter sleeps at noon',
    sitemap: 'http://127.0.0.1:1/otters.xml',
    partner: 'stoat-and-sons',
  },
  globex: {
    message: 'the green finch sings at dusk',
    customer: 'Robin Hale',
    note: 'prefers the loud crow',
    own: 'the tiny owl waits',
    document: 'the brown badger digs at night',
    sitemap: 'http://127.0.0.1:1/badgers.xml',
    partner: 'lynx-and-daughters',
  },
} satisfies Record<string, Words>;
/** In the conversation of the team that the limited agent is in, and in the one of another visitor. */
export const seenByOthers = { team: 'the red robin hops by', visitor: 'the white swan glides by' };

/** By which each part of a company is recognised. */
export function wordsOf(slug: 'acme' | 'globex'): Partial<Record<Area, readonly string[]>> {
  const { name, agents } = demoCompany(slug);
  const { message, customer, note, document, sitemap, own, partner } = words[slug];
  return {
    conversations: [message],
    contacts: [customer],
    notes: [note],
    documents: [document, sitemap],
    own: [own],
    partners: [partner],
    directory: [name, ...agents.flatMap((agent) => [agent.name, agent.email])],
  };
}
