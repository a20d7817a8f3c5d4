/** Who listens to what happens at a company. */
export interface CompanyListeners<T> {
  of(companyId: string): Iterable<T>;
  all(): Iterable<T>;
  /** From now on. @returns ends it. */
  listen(companyId: string, listener: T): () => void;
}

export function createCompanyListeners<T>(): CompanyListeners<T> {
  const listeners = new Map<string, Set<T>>();

  return {
    of: (companyId) => listeners.get(companyId) ?? [],
    all: () => [...listeners.values()].flatMap((ofCompany) => [...ofCompany]),
    listen(companyId, listener) {
      const ofCompany = listeners.get(companyId) ?? new Set();
      listeners.set(companyId, ofCompany.add(listener));
      return () => {
        ofCompany.delete(listener);
        if (ofCompany.size === 0 && listeners.get(companyId) === ofCompany) listeners.delete(companyId);
      };
    },
  };
}
