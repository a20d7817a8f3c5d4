import { demoPerson, demoPersonId, type DemoPerson } from './people.ts';
import { stories, type Story } from './phrases.ts';
import type { Update } from './traffic.ts';

/** People who write to one account. */
export interface Customers {
  next(): Update;
}

interface Role {
  readonly person: DemoPerson;
  story: Story;
  line: number;
}

/** Who of an account's customers write. */
export interface CastOptions {
  /** Between 0 and 1. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** How many people. @default 200 */
  readonly people?: number | undefined;
}

/** Who writes next, and what they say. */
export interface Cast {
  next(): { readonly person: DemoPerson; readonly say: () => string };
  pick<T>(items: readonly T[]): T;
  /** @param share Of all times that it is asked. */
  happens(share: number): boolean;
}

/**
 * People who write each in their language, one line of their story after another and then the next story. They are new
 * ones each time: numbers of messages that were used before would be taken for repetitions.
 */
export function createCast({ random = Math.random, people = 200 }: CastOptions): Cast {
  const first = Math.floor(random() * 9_000_000) * 1_000;
  const roles = Array.from({ length: people }, (_, index) => newRole(demoPersonId(first + index)));

  function pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  function newRole(id: string): Role {
    const person = demoPerson(id);
    if (!person) throw new RangeError(`${id} is nobody of the demo`);
    return { person, story: storyIn(person.language), line: 0 };
  }

  function storyIn(language: string): Story {
    return pick(stories.filter((story) => story.language === language));
  }

  function say(role: Role): string {
    const text = role.story.lines[role.line] ?? '';
    role.line += 1;
    if (role.line >= role.story.lines.length) {
      role.story = storyIn(role.person.language);
      role.line = 0;
    }
    return text;
  }

  return {
    next() {
      const role = pick(roles);
      return { person: role.person, say: () => say(role) };
    },
    pick,
    happens: (share) => random() < share,
  };
}

/** What somebody makes of it who sees a mistake in what they wrote. */
export function corrected(text: string): string {
  return `${text} 🙏`;
}
