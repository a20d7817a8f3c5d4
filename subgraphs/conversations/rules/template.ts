const variables = [
  'contact.name',
  'contact.firstName',
  'contact.email',
  'agent.name',
  'agent.firstName',
  'conversation.number',
] as const;
export type Variable = (typeof variables)[number];

/** What is known of each; null: nothing. */
export type TemplateValues = Readonly<Record<Variable, string | null>>;

const placeholders = /\{\{([^{}]*)\}\}/g;

/** What is wrong with a text that is to have variables; undefined: nothing. */
export function templateProblem(content: string): string | undefined {
  const found = [...content.matchAll(placeholders)].map(([, inside = '']) => read(inside).name);
  const unknown = found.find((name) => !isVariable(name));
  if (unknown !== undefined) return `There is no variable '${unknown}'. There are ${variables.join(', ')}.`;
  if (content.replaceAll(placeholders, '').includes('{{')) {
    return 'A variable is not closed: write it as {{contact.name}}, or {{contact.name | there}}.';
  }
  return undefined;
}

/**
 * Fills in the variables. Values are text and are not looked at again: whoever calls themselves `{{agent.name}}` stays so, and a
 * name of several lines becomes one.
 */
export function renderTemplate(
  content: string,
  values: TemplateValues,
): { readonly text: string; readonly missing: readonly Variable[] } {
  const missing = new Set<Variable>();
  const text = content.replaceAll(placeholders, (placeholder, inside: string) => {
    const { name, fallback } = read(inside);
    if (!isVariable(name)) return placeholder;
    const value = oneLine(values[name] ?? '') || fallback;
    if (value === '') missing.add(name);
    return value;
  });
  return { text, missing: [...missing] };
}

/** `Kim` of `Kim van Dyke`. */
export function firstName(name: string | null): string | null {
  return oneLine(name ?? '').split(' ')[0] ?? null;
}

function read(inside: string): { readonly name: string; readonly fallback: string } {
  const bar = inside.indexOf('|');
  if (bar === -1) return { name: inside.trim(), fallback: '' };
  return { name: inside.slice(0, bar).trim(), fallback: inside.slice(bar + 1).trim() };
}

function isVariable(name: string): name is Variable {
  return (variables as readonly string[]).includes(name);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
