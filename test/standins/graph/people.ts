export interface Profile {
  readonly name?: string;
  readonly username?: string;
  readonly picture?: string;
}

export interface Person extends Profile {
  /** When they last wrote; null for somebody who never did. */
  readonly lastInboundAt: number | null;
}

/** The people who wrote to an account, as far as they are remembered. */
export interface People {
  /** Undefined for somebody of whom nothing is known. */
  find(accountId: string, personId: string): Person | undefined;
  put(accountId: string, personId: string, person: Person): void;
  /** What the person shows of themself to those to whom they wrote. */
  profile(accountIds: readonly string[], personId: string): Profile | undefined;
}

/** The newest are kept: a demo may run for days. */
const MAX_PEOPLE = 100_000;

/** @param profileOf Of those who wrote to an account without this server's knowing. */
export function createPeople(profileOf: (personId: string) => Profile | undefined = () => undefined): People {
  const people = new Map<string, Person>();

  return {
    find: (accountId, personId) => people.get(`${accountId}:${personId}`),
    put(accountId, personId, person) {
      const key = `${accountId}:${personId}`;
      people.set(key, { ...people.get(key), ...person });
      const [oldest] = people.keys();
      if (people.size > MAX_PEOPLE && oldest !== undefined) people.delete(oldest);
    },
    profile: (accountIds, personId) =>
      accountIds.map((id) => people.get(`${id}:${personId}`)).find((person) => person !== undefined) ??
      profileOf(personId),
  };
}
