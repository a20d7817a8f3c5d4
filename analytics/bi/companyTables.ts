import { catalogue, databases } from './catalogue.ts';
import { isFunction } from './functions.ts';
import type { Functions, Tables } from './sql/translation.ts';
import { views } from './views/index.ts';
import type { BiView } from './views/view.ts';

/**
 * What a company's statements may read: the views, each with this company's rows alone, and what tells what there is.
 *
 * @param own what stands in a statement in place of a view.
 */
export function companyTables(own: (view: BiView) => string): Tables {
  return {
    find(database, table) {
      if (database === undefined || database === 'bi') {
        const view = views.find(({ name }) => name === table);
        return view && own(view);
      }
      return catalogue.get(`${database.toLowerCase()}.${database === 'system' ? table : table.toLowerCase()}`);
    },
    hasDatabase: (name) => databases.includes(name.toLowerCase()),
  };
}

/** The same for everybody: a connection here is nobody's of the server. */
const constants: Readonly<Record<string, string>> = {
  currentuser: `'bi'`,
  current_user: `'bi'`,
  session_user: `'bi'`,
  user: `'bi'`,
  currentdatabase: `'bi'`,
  current_database: `'bi'`,
  database: `'bi'`,
  schema: `'bi'`,
  displayname: `'switchboard'`,
  hostname: `'switchboard'`,
  fqdn: `'switchboard'`,
  uptime: 'toUInt32(1)',
  // Asked by older drivers for `readonly`, the one setting that matters to them.
  getsetting: 'toUInt64(1)',
};

/** @param known all that the engine has, in small letters. */
export function createFunctions(known: ReadonlySet<string>): Functions {
  const constant = (name: string) => constants[name.toLowerCase()];
  return {
    has: isFunction,
    isClosed: (name) => known.has(name.toLowerCase()) && !isFunction(name) && constant(name) === undefined,
    constant,
  };
}
