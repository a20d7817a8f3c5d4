/**
 * What PostgreSQL can keep of a text from outside: it takes no NUL character, and JSON no half of a surrogate pair. Both
 * come from real phones, and neither is a reason to lose a message.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
