import { readFileSync, writeFileSync } from 'node:fs';
import type { Permission } from '#platform/graphql/access.ts';
import { liveAccess, livePermissions } from '#router/operations/access.ts';
import { accessTables } from './tables.ts';

const file = new URL('../../docs/access.md', import.meta.url);

/** Every permission of the graph, as often as something of it stands in a table. */
export const allPermissions: readonly (readonly [string, Permission])[] = [
  ...Object.values(accessTables).map(({ permissions }) => permissions),
  livePermissions,
].flatMap((permissions): [string, Permission][] => Object.entries(permissions));

export function readDocument(): string {
  return readFileSync(file, 'utf8');
}

/** `docs/access.md` with the tables that the code has. */
export function renderDocument(text = readDocument()): string {
  const permissions = new Set(allPermissions.map(permissionRow).toSorted());
  const subjects = Object.values(accessTables).flatMap(({ query, mutation, types }) => [
    ...subjectRows('query', query),
    ...subjectRows('mutation', mutation),
    ...subjectRows('type', types),
  ]);
  const sections = {
    permissions: ['| permission | agents | partners with the scope | visitors |', '|---|---|---|---|', ...permissions],
    subjects: [
      '| | | permission |',
      '|---|---|---|',
      ...[...subjects, ...subjectRows('subscription', liveAccess)].toSorted(),
    ],
  };
  return Object.entries(sections).reduce(
    (rendered, [name, rows]) =>
      rendered.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`),
        (_all, begin: string, end: string) => `${begin}${rows.join('\n')}\n${end}`,
      ),
    text,
  );
}

export function writeDocument(): void {
  writeFileSync(file, renderDocument());
}

function permissionRow([name, { roles, scope, visitors }]: readonly [string, Permission]): string {
  const agents = roles.length === 3 ? 'all' : roles.map((role) => role.toLowerCase()).join(', ');
  return `| \`${name}\` | ${agents} | ${scope ? `\`${scope}\`` : ''} | ${visitors ? 'yes' : ''} |`;
}

function subjectRows(kind: string, taken: Readonly<Record<string, string>>): string[] {
  return Object.entries(taken).map(([name, permission]) => `| ${kind} | \`${name}\` | \`${permission}\` |`);
}
