import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { provisionStatements } from '../provision.ts';
import { fixed, mostOf } from '../settings.ts';

const answersOf = z.array(z.object({ isError: z.boolean(), text: z.string() }));
export type ServerAnswer = z.infer<typeof answersOf>[number];

/** What docs/bi.md has an operator grant to the service. */
const serviceGrants = [
  'GRANT ALL ON analytics.*',
  'GRANT ALL ON bi.*',
  'GRANT TABLE ENGINE ON Distributed',
  'GRANT SET DEFINER ON bi_definer',
];

/**
 * A server with the users, grants, policies and limits that the service tells one, as far as ClickHouse's engine has them in a process: it
 * reads users from a file, as it keeps none that statements make; whoever asks is `default`, here the user of one company; and a
 * cluster has one server.
 */
export function serverWithUsers(directory: string, { companyId, cluster }: { companyId: string; cluster?: string }) {
  const statements = provisionStatements(cluster).map(here);

  /** As one server understands it, of whom the asker is the company's user. */
  function here(statement: string): string {
    return statement
      .replaceAll(` ON CLUSTER '${String(cluster)}'`, '')
      .replaceAll('currentUser()', `if(currentUser() = 'default', 'bi_${companyId}', '')`);
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
  async function ask(asked: readonly string[], grants: readonly string[], { profile = 'default', filters = '' } = {}) {
    const [users, config] = [join(directory, 'users.xml'), join(directory, 'config.xml')];
    await writeFile(users, usersXml([user('default', grants, profile), definer(filters)]));
    await writeFile(config, configXml(users, cluster));
    const output = await run('serverProcess.ts', [join(directory, 'clickhouse'), config], JSON.stringify(asked));
    return answersOf.parse(JSON.parse(output));
  }

  const definer = (filters: string) => user('bi_definer', grantsOf('bi_definer'), 'default', filters);
  const grantsOf = (name: string) => {
    const to = ` TO ${name}`;
    return statements.flatMap((one) => (one.startsWith('GRANT') && one.endsWith(to) ? [one.replace(to, '')] : []));
  };

  return {
    /** Makes the tables, with rows for each company. */
    insert: (companies: readonly { companyId: string; word: string; rows: number }[]) =>
      run('serverRows.ts', [directory, JSON.stringify(companies)]),
    asService: (asked: readonly string[]) => ask(asked, serviceGrants),
    /** What the service tells the server of views, and with `others` before them. */
    provision: (others: readonly string[] = []) =>
      ask(
        [...others, ...statements.filter((one) => /^CREATE (?:DATABASE|OR REPLACE (?:VIEW|TABLE)) /.test(one))],
        serviceGrants,
      ),
    /** Without policies the definer of the views gets everybody's rows. */
    asReader: (asked: readonly string[], { hasPolicies = true } = {}) =>
      ask(asked, grantsOf('bi_reader'), { profile: 'bi', filters: hasPolicies ? filtersOf(statements) : '' }),
  };
}

function user(name: string, grants: readonly string[], profile: string, more = ''): string {
  return `<${name}><password/><networks><ip>::/0</ip></networks><profile>${profile}</profile><quota>default</quota>
    <grants>${grants.map((one) => `<query>${one}</query>`).join('')}</grants>${more}</${name}>`;
}

function filtersOf(statements: readonly string[]): string {
  const filters = statements.flatMap((one) => {
    const [, table, condition] = / ON analytics\.(\w+) USING (.*) AS RESTRICTIVE TO bi_definer/.exec(one) ?? [];
    return table && condition ? [`<${table}><filter>${condition}</filter></${table}>`] : [];
  });
  return `<databases><analytics>${filters.join('')}</analytics></databases>`;
}

/** In a file the engine knows no `CHANGEABLE_IN_READONLY`: limits stay as they are here. */
function usersXml(users: readonly string[]): string {
  const values = Object.entries({ readonly: 1, ...mostOf, ...fixed });
  const constants = values.map(([name]) => `<${name}><readonly/></${name}>`);
  return `<clickhouse>
    <profiles>
      <default/>
      <bi>${values.map(([name, value]) => `<${name}>${String(value)}</${name}>`).join('')}<constraints>${constants.join('')}</constraints></bi>
    </profiles>
    <quotas><default/></quotas>
    <users>${users.join('')}</users>
  </clickhouse>`;
}

/** The port, which nobody listens at, lets the engine know itself in the cluster. */
function configXml(users: string, cluster: string | undefined): string {
  const shard = '<shard><replica><host>localhost</host><port>9000</port></replica></shard>';
  const servers = cluster === undefined ? '' : `<remote_servers><${cluster}>${shard}</${cluster}></remote_servers>`;
  return `<clickhouse><users_config>${users}</users_config><tcp_port>9000</tcp_port>${servers}</clickhouse>`;
}
