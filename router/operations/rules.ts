import { specifiedRules, type ValidationRule } from 'graphql';
import { deferRule } from './deferRule.ts';
import { limitsRule, type OperationLimits } from './limits.ts';

/** What an operation has to keep beside the rules of the specification. */
export function ownRules(limits: OperationLimits): ValidationRule[] {
  return [limitsRule(limits), deferRule];
}

/** All that an operation has to keep. */
export function operationRules(limits: OperationLimits): ValidationRule[] {
  return [...specifiedRules, ...ownRules(limits)];
}
