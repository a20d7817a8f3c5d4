import { createToFacts, rule } from '../meta/createToFacts.ts';
import { receipt } from '../meta/receipt.ts';
import { sharedRules } from '../meta/rules.ts';
import { timeOf } from '../meta/scene.ts';
import { read } from './events.ts';

/** Events of a professional account. A read that names no message says nothing. */
export const instagramToFacts = createToFacts('INSTAGRAM', [
  ...sharedRules,
  rule('read', read, ({ mid }, scene) =>
    mid ? [receipt(scene, { status: 'READ', of: { externalMessageIds: [mid] }, at: timeOf(scene) })] : [],
  ),
]);
