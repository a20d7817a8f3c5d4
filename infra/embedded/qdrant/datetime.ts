const DATETIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Milliseconds since 1970 of an RFC 3339 text, or of its shorter forms that Qdrant takes (no zone means UTC, no time
 * midnight); undefined when it is neither. Qdrant compares microseconds, this server milliseconds.
 */
export function parseDatetime(text: string): number | undefined {
  const found = DATETIME.exec(text);
  if (!found) return undefined;
  const [, date, time = '00:00', zone = 'Z'] = found;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const milliseconds = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
