/** Where analytics answers SQL, for the router. */
export const biPath = '/bi';

/** What a key needs for it. */
export const biScope = 'bi:query' as const;
