import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
  type DirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Identity, Role } from '#platform/identity/identity.ts';
import { RouterError } from '../errors.ts';

/** What of an operation somebody may not see. */
export interface Denials {
  /** Equal for equal denials. */
  readonly key: string;
  /** Undefined: they may. */
  field(typeName: string, fieldName: string): Requirement | undefined;
  /** An object of this type, wherever it turns up. */
  type(typeName: string): Requirement | undefined;
}

/** What one use of a directive asks of who wants to see something. */
export interface Requirement {
  /** Said to who does not have it. */
  readonly text: string;
  isMet(identity: Rights): boolean;
}

/** What of an identity requirements look at: it is the same for many, and what they may see is worked out once for all of them. */
interface Rights {
  readonly kind: Identity['kind'];
  readonly role?: Role;
  readonly scopes: readonly string[];
}

/** Of about as many as there are roles and kinds of partners. */
const KEPT_DENIALS = 256;

/** What `@authenticated`, `@requiresScopes` and `@policy` say of a graph. */
export interface Requirements {
  readonly any: boolean;
  denialsFor(identity: Identity | undefined): Denials;
}

/** What policies may be called, and what they say. */
const policies: Readonly<Record<string, (identity: Rights) => boolean>> = {
  agent: ({ kind }) => kind === 'agent',
  partner: ({ kind }) => kind === 'partner',
  visitor: ({ kind }) => kind === 'visitor',
  'agent:AGENT': (identity) => identity.kind === 'agent' && identity.role === 'AGENT',
  'agent:SUPERVISOR': (identity) => identity.kind === 'agent' && identity.role === 'SUPERVISOR',
  'agent:ADMIN': (identity) => identity.kind === 'agent' && identity.role === 'ADMIN',
};

/**
 * Reads the directives of objects, their fields, scalars and enums. An interface takes nothing by itself: composition refuses
 * directives on it, and what it shows for them is what its objects take, of which each is asked for its own.
 *
 * @param schema The supergraph's.
 * @throws RouterError for a policy that nobody has defined.
 */
export function readRequirements(schema: GraphQLSchema): Requirements {
  const requirements: Requirement[] = [];
  const ofTypes = new Map<string, number[]>();
  const ofFields = new Map<string, number[]>();

  function read(directives: readonly DirectiveNode[] = []): number[] {
    return directives.flatMap((directive) => {
      const requirement = requirementOf(directive);
      return requirement ? [requirements.push(requirement) - 1] : [];
    });
  }

  const types = Object.values(schema.getTypeMap()).filter((type) => !isInterfaceType(type));
  for (const type of types) ofTypes.set(type.name, read(directivesOf(type)));
  for (const type of types) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const shown = getNamedType(field.type);
      const taken = [
        ...(ofTypes.get(type.name) ?? []),
        ...read(field.astNode?.directives),
        ...(isObjectType(shown) || isLeafType(shown) ? (ofTypes.get(shown.name) ?? []) : []),
      ];
      if (taken.length > 0) ofFields.set(`${type.name}.${field.name}`, taken);
    }
  }

  function findDenials(identity: Identity | undefined): Denials {
    const met = requirements.map((one) => identity !== undefined && one.isMet(identity));
    const firstUnmet = (indices: readonly number[] = []) => {
      const unmet = indices.find((index) => !met[index]);
      return unmet === undefined ? undefined : requirements[unmet];
    };
    return {
      key: met.map(Number).join(''),
      field: (typeName, fieldName) => firstUnmet(ofFields.get(`${typeName}.${fieldName}`)),
      type: (typeName) => firstUnmet(ofTypes.get(typeName)),
    };
  }

  const known = new LRUCache<string, Denials>({ max: KEPT_DENIALS });
  return {
    any: requirements.length > 0,
    denialsFor(identity) {
      const rights = rightsOf(identity);
      let denials = known.get(rights);
      if (!denials) known.set(rights, (denials = findDenials(identity)));
      return denials;
    },
  };
}

/** All that a requirement looks at. */
function rightsOf(identity: Rights | undefined): string {
  if (!identity) return '';
  return `${identity.kind} ${identity.role ?? ''} ${JSON.stringify(identity.scopes)}`;
}

/** A type that was extended has its directives at several places. */
function directivesOf({ astNode, extensionASTNodes }: GraphQLNamedType): readonly DirectiveNode[] {
  return [astNode, ...extensionASTNodes].flatMap((node) => node?.directives ?? []);
}

function requirementOf({ name, arguments: given = [] }: DirectiveNode): Requirement | undefined {
  /** Any of these lists, and all of what it names. */
  const lists = (argument: string): string[][] => {
    const value = given.find((one) => one.name.value === argument)?.value;
    return value?.kind === Kind.LIST ? (valueFromASTUntyped(value) as string[][]) : [];
  };
  const oneOf = (what: string, ways: string[][]) => `${what} ${ways.map((all) => all.join(' and ')).join(', or ')}`;
  switch (name.value) {
    case 'authenticated':
      return { text: 'an identity', isMet: () => true };
    case 'requiresScopes': {
      const ways = lists('scopes');
      return {
        text: oneOf('the scope', ways),
        isMet: ({ kind, scopes }) =>
          kind === 'service' || ways.some((all) => all.every((scope) => scopes.includes(scope))),
      };
    }
    case 'policy': {
      const ways = lists('policies');
      const unknown = ways.flat().find((policy) => !Object.hasOwn(policies, policy));
      if (unknown !== undefined) throw RouterError.unknownPolicy(unknown, Object.keys(policies));
      return {
        text: oneOf('somebody who is', ways),
        isMet: (identity) =>
          identity.kind === 'service' || ways.some((all) => all.every((policy) => policies[policy]?.(identity))),
      };
    }
    default:
      return undefined;
  }
}
