import type { z } from 'zod';
import { QdrantError } from './errors.ts';

type Issue = z.core.$ZodIssue;

/**
 * The refusal for the issue that tells most: of the forms that a value may have, the one that it came nearest to.
 * What Qdrant may know and this server does not is called unsupported, a number out of bounds invalid, the rest malformed.
 */
export function describeIssue(issues: readonly Issue[], body: unknown): QdrantError {
  const issue = furthest(issues, body);
  if (!issue) return QdrantError.malformed('the body is not what this operation takes');
  const path = issue.path.map(String).join('.') || 'body';
  switch (issue.code) {
    case 'unrecognized_keys':
      return QdrantError.unsupported(
        issue.keys.map((key) => `\`${[...issue.path, key].map(String).join('.')}\``).join(', '),
      );
    case 'too_small':
      return QdrantError.invalid(
        `${path}: value ${shown(body, issue.path)} invalid, must be ${String(issue.minimum)} or larger`,
      );
    case 'too_big':
      return QdrantError.invalid(
        `${path}: value ${shown(body, issue.path)} invalid, must be ${String(issue.maximum)} or less`,
      );
    case 'invalid_value':
      return QdrantError.unsupported(`this value of \`${path}\` (it takes ${issue.values.map(String).join(', ')})`);
    case 'invalid_union':
      return QdrantError.unsupported(`this form of \`${path}\``);
    case 'custom':
      return QdrantError.invalid(`${path}: ${issue.message}`);
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_type':
    case 'not_multiple_of':
      return QdrantError.malformed(`${path}: ${issue.message}`);
  }
}

/** Issues of a union's branches stand in the union's own; their paths start at it. */
function furthest(issues: readonly Issue[], at: unknown): Issue | undefined {
  const flat = issues.map((issue) => {
    if (issue.code !== 'invalid_union') return issue;
    const value = valueAt(at, issue.path);
    const meant = issue.errors.filter((branch) => !branch.some((inner) => isMissing(inner, value)));
    const best = furthest(meant.flat(), value);
    return best && progress(best) > 0 ? { ...best, path: [...issue.path, ...best.path] } : issue;
  });
  return flat.toSorted((a, b) => progress(b) - progress(a))[0];
}

/** A form with a field that the value does not have was not meant. */
function isMissing(issue: Issue, at: unknown): boolean {
  return issue.path.length > 0 && valueAt(at, issue.path) === undefined;
}

/** How far into the value an issue lies; what has the right type came further than what has not. */
function progress(issue: Issue): number {
  const isOfType = issue.code !== 'invalid_type' && issue.code !== 'invalid_union';
  return issue.path.length * 2 + (isOfType ? 1 : 0);
}

/** Numbers are worth showing, and a list's length; anything else may be long or private. */
function shown(body: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(body, path);
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? `of length ${value.length}` : '';
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = body;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}
