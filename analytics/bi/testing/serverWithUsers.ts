import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { accountStatements, provisionStatements, userOf } from '../provision.ts';
import { fixed, mostOf } from '../settings.ts';

const answersOf = z.array(z.object({ isError: z.boolean(), text: z.string() }));
export type ServerAnswer = z.infer<typeof answersOf>[number];

const documentation = await readFile(new URL('../../../docs/bi.md', import.meta.url), 'utf8');
/** What an operator is told to grant to the service. */
export const serviceGrants = [...documentation.matchAll(/^(GRANT .*) TO switchboard( WITH GRANT OPTION)?;$/gm)].map(
  ([, what = '', option = '']) => `${what}${option}`,
);

/**
 * A server with the users, grants, policies, limits and quota that the service tells one, as far as ClickHouse's engine has them in a
 * process: it reads them from a file, as it keeps none that statements make; whoever asks is `default`, here the user of one company; and
 * a cluster has one server.
 */
export function serverWithUsers(directory: string, { companyId, cluster }: { companyId: string; cluster?: string }) {
  const ofAccount = accountStatements(companyId, 'password', cluster).map(alone);
  const ofAll = provisionStatements(cluster).map(alone);
  const statements = ofAll.map((one) =>
    one.replaceAll('currentUser()', `if(currentUser() = 'default', '${userOf(companyId)}', '')`),
  );

  /** As one server understands it. */
  function alone(statement: string): string {
    return statement.replaceAll(` ON CLUSTER '${String(cluster)}'`, '');
  }

  async function run(program: string, values: readonly string[], input = ''): Promise<string> {
    const child = spawn(process.execPath, [join(import.meta.dirname, program), ...values], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    child.stdin.end(input);
    const output = await text(child.stdout);
    const [code] = await exit;
    if (code !== 0) throw new Error(`${program} ended with ${String(code)}`);
    return output;
  }

  /** Asks the engine, one statement after the other. */
  async function ask(asked: readonly string[], asker: Omit<User, 'name'>, { filters = '' } = {}) {
    const [users, config] = [join(directory, 'users.xml'), join(directory, 'config.xml')];
    const everybody = [
      userXml({ ...asker, name: 'default' }),
      userXml({ name: 'bi_definer', grants: grantsOf('bi_definer'), more: filters }),
      userXml({ name: userOf(companyId) }),
    ];
    await writeFile(users, usersXml({ users: everybody, reader: grantsOf('bi_reader'), quota: quotaXml(ofAll) }));
    await writeFile(config, configXml(users, cluster));
    const output = await run('serverProcess.ts', [join(directory, 'clickhouse'), config], JSON.stringify(asked));
    return answersOf.parse(JSON.parse(output));
  }

  function grantsOf(name: string): string[] {
    const to = ` TO ${name}`;
    return [...ofAll, ...ofAccount].flatMap((one) =>
      one.startsWith('GRANT') && one.endsWith(to) ? [one.replace(to, '')] : [],
    );
  }

  return {
    /** Makes the tables, with rows for each company. */
    insert: (companies: readonly { companyId: string; word: string; rows: number }[]) =>
      run('serverRows.ts', [directory, JSON.stringify(companies)]),
    asService: (asked: readonly string[]) => ask(asked, { grants: serviceGrants }),
    /** What the service tells the server of views, and with `others` before them. */
    provision: (others: readonly string[] = []) =>
      ask([...others, ...statements.filter(isOfViews)], { grants: serviceGrants }),
    /**
     * Everything that the service tells the server, with all of it there already. What is of users is executed up to where the engine would
     * write it down. It has no `CHANGEABLE_IN_READONLY`, as it does not read the setting of a server that allows it.
     */
    async tellAll(grants: readonly string[]) {
      const told = [...ofAll, ...ofAccount];
      const asked = told.map((one) => one.replaceAll('CHANGEABLE_IN_READONLY', 'WRITABLE'));
      const answers = await ask(asked, { grants });
      return answers.map((answer, at) => ({ ...answer, statement: told[at] ?? '' }));
    },
    /** Without policies the definer of the views gets everybody's rows. */
    asReader: (asked: readonly string[], { hasPolicies = true } = {}) =>
      ask(
        asked,
        { grants: grantsOf(`\`${userOf(companyId)}\``), profile: 'bi', quota: 'bi' },
        { filters: hasPolicies ? filtersOf(statements) : '' },
      ),
  };
}

/** Databases, views, and tables in front of them; everything else is of users. */
export function isOfViews(statement: string): boolean {
  return /^CREATE (?:DATABASE|OR REPLACE (?:VIEW|TABLE)) /.test(statement);
}

interface User {
  readonly name: string;
  readonly grants?: readonly string[];
  readonly profile?: string;
  readonly quota?: string;
  readonly more?: string;
}

function userXml({ name, grants = [], profile = 'default', quota = 'default', more = '' }: User): string {
  return `<${name}><password/><networks><ip>::/0</ip></networks><profile>${profile}</profile><quota>${quota}</quota>
    ${grantsXml(grants)}${more}</${name}>`;
}

function grantsXml(grants: readonly string[]): string {
  return `<grants>${grants.map((one) => `<query>${one}</query>`).join('')}</grants>`;
}

function filtersOf(statements: readonly string[]): string {
  const filters = statements.flatMap((one) => {
    const [, table, condition] = / ON analytics\.(\w+) USING (.*) AS RESTRICTIVE TO bi_definer/.exec(one) ?? [];
    return table && condition ? [`<${table}><filter>${condition}</filter></${table}>`] : [];
  });
  return `<databases><analytics>${filters.join('')}</analytics></databases>`;
}

function quotaXml(statements: readonly string[]): string {
  const statement = statements.find((one) => one.startsWith('ALTER QUOTA ')) ?? '';
  const intervals = [...statement.matchAll(/FOR INTERVAL 1 (minute|hour) MAX ([\w =,]+\w)/g)];
  return intervals
    .map(([, unit, limits = '']) => {
      const most = limits.replaceAll(/(\w+) = (\d+),?/g, '<$1>$2</$1>');
      return `<interval><duration>${unit === 'hour' ? '3600' : '60'}</duration>${most}</interval>`;
    })
    .join('');
}

/** In a file the engine knows no `CHANGEABLE_IN_READONLY`: limits stay as they are here. */
function usersXml({
  users,
  reader,
  quota,
}: {
  readonly users: readonly string[];
  readonly reader: readonly string[];
  readonly quota: string;
}): string {
  const values = Object.entries({ readonly: 1, ...mostOf, ...fixed });
  const constants = values.map(([name]) => `<${name}><readonly/></${name}>`);
  return `<clickhouse>
    <profiles>
      <default/>
      <bi>${values.map(([name, value]) => `<${name}>${String(value)}</${name}>`).join('')}<constraints>${constants.join('')}</constraints></bi>
    </profiles>
    <quotas><default/><bi>${quota}</bi></quotas>
    <roles><bi_reader>${grantsXml(reader)}</bi_reader></roles>
    <users>${users.join('')}</users>
  </clickhouse>`;
}

/** The port, which nobody listens at, lets the engine know itself in the cluster. */
function configXml(users: string, cluster: string | undefined): string {
  const shard = '<shard><replica><host>localhost</host><port>9000</port></replica></shard>';
  const servers = cluster === undefined ? '' : `<remote_servers><${cluster}>${shard}</${cluster}></remote_servers>`;
  return `<clickhouse><users_config>${users}</users_config><tcp_port>9000</tcp_port>${servers}</clickhouse>`;
}
