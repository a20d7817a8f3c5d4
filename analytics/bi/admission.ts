import { BiError } from './errors.ts';

export interface AdmissionLimits {
  /** Statements under way at a time. */
  readonly all: number;
  readonly perCompany: number;
  /** That wait for their turn. */
  readonly waitingPerCompany: number;
  readonly waitMs: number;
}

/** Lets so many statements run at a time, of everybody and of one company; the others wait for a moment, as a board asks for all of its panels at once. */
export interface Admission {
  /** @returns ends the turn. @throws BiError `TOO_MANY_SIMULTANEOUS_QUERIES` */
  enter(companyId: string): Promise<() => void>;
}

interface Waiter {
  readonly companyId: string;
  readonly begin: () => void;
}

export function createAdmission({ all, perCompany, waitingPerCompany, waitMs }: AdmissionLimits): Admission {
  const running = new Map<string, number>();
  let total = 0;
  const waiting: Waiter[] = [];

  const runningOf = (companyId: string) => running.get(companyId) ?? 0;
  const hasRoom = (companyId: string) => total < all && runningOf(companyId) < perCompany;

  function begin(companyId: string): () => void {
    total += 1;
    running.set(companyId, runningOf(companyId) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      end(companyId);
    };
  }

  function end(companyId: string): void {
    total -= 1;
    const left = runningOf(companyId) - 1;
    if (left === 0) running.delete(companyId);
    else running.set(companyId, left);
    const next = waiting.findIndex((waiter) => hasRoom(waiter.companyId));
    if (next !== -1) waiting.splice(next, 1)[0]?.begin();
  }

  return {
    async enter(companyId) {
      if (hasRoom(companyId)) return begin(companyId);
      const ofCompany = waiting.filter((waiter) => waiter.companyId === companyId).length;
      if (ofCompany >= waitingPerCompany) throw BiError.tooMany('company');
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const waiter: Waiter = { companyId, begin: () => resolve(begin(companyId)) };
      waiting.push(waiter);
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1);
        reject(BiError.tooMany(runningOf(companyId) >= perCompany ? 'company' : 'server'));
      }, waitMs);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
