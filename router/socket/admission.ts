import type { Identity } from '#platform/identity/identity.ts';
import { createPacesInMemory } from '#platform/limits/pacesInMemory.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { networkOf } from './networkOf.ts';

/** How much one may have of this router at a time. */
export interface Share {
  /** Sockets, and streams of events. */
  readonly connections: number;
  readonly operations: number;
  readonly messagesPerSecond: number;
}

export interface AdmissionLimits {
  /** Of all together. */
  readonly maxSockets: number;
  readonly perUser: Share;
  /** Many people may sit behind one address. */
  readonly perAddress: Share;
}

/** Whose share is used up; `router`: it is full. */
export type Exhausted = 'router' | 'address' | 'user';

/** Lets connections in, and keeps all that are of one user, or of one address, to their share. */
export interface Admission {
  /** Or says in what there is no room. */
  enter(address: string): Visit | Exhausted;
}

/** A connection that was let in. */
export interface Visit {
  /** Says whose it is. @returns what there is no room in. */
  readonly identify: (identity: Identity) => Exhausted | undefined;
  /** A message has come. False when there were too many lately. */
  readonly hear: () => boolean;
  /** Begins an operation. Undefined when there are too many; else ends it. */
  readonly begin: () => (() => void) | undefined;
  readonly leave: () => void;
}

/** After a pause so many seconds' messages may come at once: a page that opens, or comes back, subscribes to all that it shows. */
const BURST_SECONDS = 5;

export function createAdmission(limits: AdmissionLimits, metrics: Metrics): Admission {
  const { maxSockets, perUser, perAddress } = limits;
  const take = createPacesInMemory();
  const tallies = {
    router: { connections: createTally(maxSockets) },
    address: { connections: createTally(perAddress.connections), operations: createTally(perAddress.operations) },
    user: { connections: createTally(perUser.connections), operations: createTally(perUser.operations) },
  };
  const refused = metrics.counter(
    'switchboard_router_admission_refused_total',
    'Connections, operations and messages over the share of a user or an address, or over what the router takes',
    ['what', 'of'],
  );

  function paceOf(kind: 'address' | 'user', key: string) {
    const { messagesPerSecond: perSecond } = kind === 'user' ? perUser : perAddress;
    return { key: `${kind} ${key}`, perSecond, burst: perSecond * BURST_SECONDS };
  }

  return {
    enter(givenAddress) {
      const address = networkOf(givenAddress);
      const exhausted = takeAll([
        ['router', tallies.router.connections, ''],
        ['address', tallies.address.connections, address],
      ]);
      if (exhausted) {
        refused.inc({ what: 'connection', of: exhausted });
        return exhausted;
      }
      let user: string | undefined;

      return {
        identify(identity) {
          const key = userOf(identity);
          if (!tallies.user.connections.take(key)) {
            refused.inc({ what: 'connection', of: 'user' });
            return 'user';
          }
          user = key;
          return undefined;
        },
        hear() {
          const paces = [paceOf('address', address), ...(user === undefined ? [] : [paceOf('user', user)])];
          if (take(paces) === 0) return true;
          refused.inc({ what: 'message', of: user === undefined ? 'address' : 'user' });
          return false;
        },
        begin() {
          const key = user ?? '';
          const over = takeAll([
            ['user', tallies.user.operations, key],
            ['address', tallies.address.operations, address],
          ]);
          if (over) {
            refused.inc({ what: 'operation', of: over });
            return undefined;
          }
          return once(() => {
            tallies.user.operations.give(key);
            tallies.address.operations.give(address);
          });
        },
        leave: once(() => {
          tallies.router.connections.give('');
          tallies.address.connections.give(address);
          if (user !== undefined) tallies.user.connections.give(user);
        }),
      };
    },
  };
}

interface Tally {
  take(key: string): boolean;
  give(key: string): void;
}

function createTally(most: number): Tally {
  const counts = new Map<string, number>();
  return {
    take(key) {
      const count = counts.get(key) ?? 0;
      if (count >= most) return false;
      counts.set(key, count + 1);
      return true;
    },
    give(key) {
      const count = (counts.get(key) ?? 0) - 1;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
    },
  };
}

/** A place in all of them or in none. @returns whose tally is full. */
function takeAll(places: readonly (readonly [of: Exhausted, tally: Tally, key: string])[]): Exhausted | undefined {
  for (const [index, [of, tally, key]] of places.entries()) {
    if (tally.take(key)) continue;
    for (const [, taken, takenKey] of places.slice(0, index)) taken.give(takenKey);
    return of;
  }
  return undefined;
}

/** Devices of one agent, pages of one visitor, and processes of one partner share. */
function userOf(identity: Identity): string {
  switch (identity.kind) {
    case 'agent':
      return `${identity.companyId} agent ${identity.agentId.toLowerCase()}`;
    case 'visitor':
      return `${identity.companyId} visitor ${identity.visitorId.toLowerCase()}`;
    case 'partner':
      return `${identity.companyId} partner ${identity.partner}`;
    case 'service':
      return `${identity.companyId} service ${identity.service}`;
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
