/** What there is of several things to read, a line each. */
export function lines(...of: readonly (string | null | undefined)[]): string {
  return of.filter(Boolean).join('\n');
}

/**
 * Stands in a message for what the platform tells of and does not hand out (a story, a poll on WhatsApp). Somebody wrote to
 * the company and waits: the agent has to see that, and can ask.
 */
export function withheldText(platform: string, what: string): string {
  return `[${platform} does not hand out what was sent here: ${what}]`;
}
