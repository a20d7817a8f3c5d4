import { GraphQLError, Kind, type ValidationRule } from 'graphql';

/**
 * What `@defer` takes beside its definition: labels that tell parts apart, and a place that is not the root of a mutation, whose
 * fields run one after another, or of a subscription. By the draft of incremental delivery:
 * https://github.com/graphql/defer-stream-wg
 */
export const deferRule: ValidationRule = (context) => {
  const labels = new Set<string>();
  return {
    Directive(directive) {
      if (directive.name.value !== 'defer') return;
      const parent = context.getParentType();
      const schema = context.getSchema();
      if (parent && (parent === schema.getMutationType() || parent === schema.getSubscriptionType())) {
        report(`A fragment of ${parent.name} cannot be deferred: put @defer on one within its fields.`);
      }
      const label = directive.arguments?.find(({ name }) => name.value === 'label')?.value;
      if (!label || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) {
        return report('A label of @defer is written in the operation, and is no variable.');
      }
      if (labels.has(label.value)) report(`There are two parts with the label "${label.value}": give each its own.`);
      labels.add(label.value);

      function report(message: string): void {
        context.reportError(new GraphQLError(message, { nodes: [directive] }));
      }
    },
  };
};
