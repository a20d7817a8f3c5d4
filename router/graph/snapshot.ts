import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { Kind, type GraphQLSchema } from 'graphql';
import { EVENT_STREAM_URL } from '#schema/compose.ts';
import { RouterError } from '../errors.ts';
import { readLasting, type Lasting } from '../execution/lasting.ts';
import { readPersonal, type Personal } from '../execution/personal.ts';
import { readRequirements, type Requirements } from '../execution/requirements.ts';

/** One version of the graph with all that is made from it. Requests and subscriptions hold on to the one they began with. */
export interface GraphSnapshot {
  readonly sdl: string;
  /** What clients see and are validated against. */
  readonly schema: GraphQLSchema;
  /** The same in the planner's own terms. */
  readonly apiSchema: Schema;
  /** With what clients do not see. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  /** What it takes to see its fields and types. */
  readonly requirements: Requirements;
  readonly personal: Personal;
  readonly lasting: Lasting;
  /** Subgraphs with a server. */
  readonly subgraphs: readonly string[];
  /** The subgraph that is answered from the event stream; undefined when the graph has none. */
  readonly eventSubgraph: string | undefined;
  /** Subject template of each subscription field (`@events`). */
  readonly eventSubjects: ReadonlyMap<string, string>;
  /** The same of those that show what nobody keeps (`@signals`). */
  readonly signalSubjects: ReadonlyMap<string, string>;
}

/** Directives by which fields and types are kept from some: see `readRequirements`. */
const securityFeatures = ['authenticated', 'requiresScopes', 'policy'] as const;

/**
 * What the composed schema may ask of a router. A feature for security that is not in this list keeps the router from
 * starting, instead of being ignored.
 */
const supportedFeatures = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  ...securityFeatures.map((name) => `https://specs.apollo.dev/${name}/v0.1`),
]);

/**
 * @throws GraphQLError when the SDL is no supergraph or asks for a feature that this router does not have.
 * @throws RouterError when it asks for one in words that the router does not know.
 */
export function createSnapshot(sdl: string): GraphSnapshot {
  const supergraph = Supergraph.build(sdl, { supportedFeatures });
  for (const name of securityFeatures) {
    const feature = supergraph.schema.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${name}`);
    if (feature && feature.nameInSchema !== name) throw RouterError.renamedFeature(name, feature.nameInSchema);
  }
  const apiSchema = supergraph.apiSchema();
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  const subgraphs = supergraph.subgraphsMetadata();
  return {
    sdl,
    schema: apiSchema.toGraphQLJSSchema({ includeDefer: true }),
    apiSchema,
    supergraphSchema,
    // Finding out where the client's fragments fit into fetches takes longer than sending their fields.
    planner: new QueryPlanner(supergraph, { reuseQueryFragments: false, incrementalDelivery: { enableDefer: true } }),
    requirements: readRequirements(supergraphSchema),
    personal: readPersonal(supergraphSchema),
    lasting: readLasting(supergraphSchema),
    subgraphs: subgraphs.filter(({ url }) => url !== EVENT_STREAM_URL).map(({ name }) => name),
    eventSubgraph: subgraphs.find(({ url }) => url === EVENT_STREAM_URL)?.name,
    eventSubjects: readSubjects(supergraphSchema, 'events'),
    signalSubjects: readSubjects(supergraphSchema, 'signals'),
  };
}

function readSubjects(schema: GraphQLSchema, directiveName: 'events' | 'signals'): Map<string, string> {
  const subjects = new Map<string, string>();
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const directive = field.astNode?.directives?.find(({ name }) => name.value === directiveName);
    const subject = directive?.arguments?.find(({ name }) => name.value === 'subject')?.value;
    if (subject?.kind === Kind.STRING) subjects.set(field.name, subject.value);
  }
  return subjects;
}
