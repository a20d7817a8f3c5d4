/** Into so many parts the companies fall. More processes than this stand by. */
export const SHARES = 16;

export const allShares: readonly number[] = Array.from({ length: SHARES }, (_, share) => share);

/** Who takes part in writing, by an id of the process's own. */
const EXCLUSIVE = '!';

/** The share that a company belongs to, the same in every process and for ever. */
export function shareOf(companyId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < companyId.length; i++) hash = Math.imul(hash ^ companyId.charCodeAt(i), 0x01000193) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) % SHARES;
}

/**
 * What falls to one of those who are there: all come to the same answer, without a word between them. Somebody who wants
 * everything for a while, with {@link exclusively}, gets it.
 */
export function sharesOf(member: string, members: Iterable<string>): readonly number[] {
  const there = [...new Set([...members, member])].toSorted();
  const alone = there.find((one) => one.startsWith(EXCLUSIVE));
  if (alone !== undefined) return member === alone ? allShares : [];
  const place = there.indexOf(member);
  return allShares.filter((share) => share % there.length === place);
}

/** The id of a member to whom everything falls. */
export function exclusively(member: string): string {
  return `${EXCLUSIVE}${member}`;
}
