import type { Identity } from '#platform/identity/identity.ts';
import { createPacesInMemory } from '#platform/limits/pacesInMemory.ts';
import type { Places } from '#platform/limits/places.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { networkOf } from './networkOf.ts';

/** How much one may have at a time. */
export interface Share {
  /** Sockets, and streams of events, of all routers together. */
  readonly connections: number;
  /** Of this router, as messages are. */
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
  enter(address: string): Promise<Visit | Exhausted>;
}

/** A connection that was let in. */
export interface Visit {
  /** Says whose it is. @returns what there is no room in. */
  readonly identify: (identity: Identity) => Promise<Exhausted | undefined>;
  /** A message has come. False when there were too many lately. */
  readonly hear: () => boolean;
  /** Begins an operation. Undefined when there are too many; else ends it. */
  readonly begin: () => (() => void) | undefined;
  readonly leave: () => void;
}

/** After a pause so many seconds' messages may come at once: a page that opens, or comes back, subscribes to all that it shows. */
const BURST_SECONDS = 5;

export function createAdmission(limits: AdmissionLimits, places: Pick<Places, 'take'>, metrics: Metrics): Admission {
  const { maxSockets, perUser, perAddress } = limits;
  const take = createPacesInMemory();
  const tallies = {
    router: createTally(maxSockets),
    address: createTally(perAddress.operations),
    user: createTally(perUser.operations),
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

  function refuse(what: 'connection' | 'operation', of: Exhausted): Exhausted {
    refused.inc({ what, of });
    return of;
  }

  return {
    async enter(givenAddress) {
      const address = networkOf(givenAddress);
      if (!tallies.router.take('')) return refuse('connection', 'router');
      const leaveAddress = await places.take(`address ${address}`, perAddress.connections);
      if (!leaveAddress) {
        tallies.router.give('');
        return refuse('connection', 'address');
      }
      let user: string | undefined;
      let leaveUser: (() => void) | undefined;
      let hasLeft = false;

      return {
        async identify(identity) {
          const key = userOf(identity);
          leaveUser = await places.take(`user ${key}`, perUser.connections);
          if (!leaveUser) return refuse('connection', 'user');
          if (hasLeft) leaveUser();
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
          if (!tallies.user.take(key)) return void refuse('operation', 'user');
          if (!tallies.address.take(address)) {
            tallies.user.give(key);
            return void refuse('operation', 'address');
          }
          return once(() => {
            tallies.user.give(key);
            tallies.address.give(address);
          });
        },
        leave: once(() => {
          hasLeft = true;
          tallies.router.give('');
          leaveAddress();
          leaveUser?.();
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
