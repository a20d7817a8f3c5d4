import type { CodegenConfig } from '@graphql-codegen/cli';

/** Per subgraph: its SDL, where its code stands, and which TypeScript type its resolvers get as the parent of a type. */
const subgraphs = {
  channels: 'subgraphs/channels',
  conversations: 'subgraphs/conversations',
  knowledge: 'subgraphs/knowledge',
  analytics: 'analytics',
};

const config: CodegenConfig = {
  generates: Object.fromEntries(
    Object.entries(subgraphs).map(([name, folder]) => [
      `${folder}/generated/resolvers.ts`,
      {
        schema: [`schema/subgraphs/${name}.graphql`],
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          federation: true,
          useTypeImports: true,
          enumsAsTypes: true,
          immutableTypes: true,
          contextType: '../context.ts#Context',
          mapperTypeSuffix: 'Row',
          scalars: { ID: 'string', DateTime: { input: 'Date', output: 'Date' }, JSON: 'unknown' },
        },
      },
    ]),
  ),
};
export default config;
