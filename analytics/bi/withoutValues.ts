const comment = String.raw`--[^\n]*|#[ !][^\n]*|/\*[\s\S]*?(?:\*/|$)`;
const text = String.raw`'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)`;
const heredoc = String.raw`\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$)`;
const quoted = String.raw`"(?:[^"\\]|\\[\s\S]|"")*(?:"|\\?$)|` + '`(?:[^`\\\\]|\\\\[\\s\\S]|``)*(?:`|\\\\?$)';
const number = String.raw`\b\d[\w.]*`;
const parts = new RegExp([comment, text, heredoc, `(?<name>${quoted})`, number].join('|'), 'g');

const plainName = /^(["`])[A-Za-z_]\w*\1$/;

/**
 * A statement as it may be kept: `?` in place of every value, be it text or number, also of one that was cut short, and of names that
 * are none; nothing of comments. What somebody looks for can be a person, of whom nothing is to be left when they are erased.
 */
export function withoutValues(statement: string): string {
  return statement.replaceAll(parts, (part, ...rest: unknown[]) => {
    const { name } = rest.at(-1) as { readonly name?: string };
    if (name !== undefined) return plainName.test(name) ? name : '?';
    return /^(?:--|#|\/\*)/.test(part) ? ' ' : '?';
  });
}
