/** Questions that differ in capitals, spaces and marks at their end find the same. */
export function normalQuery(query: string): string {
  return query
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s?!.…？！。]+$/u, '')
    .trim();
}
