/** What is compared at the most, so that looking takes no longer than it can save. */
const MOST_VALUES = 20_000;
/** Data may contain itself. */
const MOST_LEVELS = 64;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compares data as long as that pays.
 *
 * @returns says false also of data that is too deep, or too much, with all that was compared before.
 */
export function createComparison(): (one: unknown, other: unknown) => boolean {
  let values = 0;

  function isSame(one: unknown, other: unknown, level: number): boolean {
    if (one === other) return true;
    if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
    values += 1;
    if (level > MOST_LEVELS || values > MOST_VALUES) return false;
    if (Array.isArray(one)) return Array.isArray(other) && isSameList(one, other, level + 1);
    return !Array.isArray(other) && isSameObject(one as Fields, other as Fields, level + 1);
  }

  function isSameList(one: readonly unknown[], other: readonly unknown[], level: number): boolean {
    if (one.length !== other.length) return false;
    for (let index = 0; index < one.length; index++) if (!isSame(one[index], other[index], level)) return false;
    return true;
  }

  function isSameObject(one: Fields, other: Fields, level: number): boolean {
    let fields = 0;
    for (const key in one) {
      if (!isSame(one[key], other[key], level)) return false;
      fields += 1;
    }
    // What has no fields may be anything, such as a date.
    if (fields === 0) return false;
    for (const _ in other) fields -= 1;
    return fields === 0;
  }

  return (one, other) => isSame(one, other, 0);
}
