import type { InboundFact } from '../inbound.ts';
import { accountActivity, activity } from '../meta/activity.ts';
import { createToFacts, rule } from '../meta/createToFacts.ts';
import { receipt } from '../meta/receipt.ts';
import { sharedRules } from '../meta/rules.ts';
import { timeOf, type Scene } from '../meta/scene.ts';
import { accountLinking, delivery, policyEnforcement, read } from './events.ts';

/** Events of a page. Deliveries and reads that name neither messages nor a time say nothing. */
export const messengerToFacts = createToFacts('MESSENGER', [
  ...sharedRules,
  rule('delivery', delivery, ({ mids, watermark }, scene) => {
    if (!mids || mids.length === 0) return upTo(watermark, 'DELIVERED', scene);
    const at = scene.at ?? watermark ?? timeOf(scene);
    return [receipt(scene, { status: 'DELIVERED', of: { externalMessageIds: mids }, at })];
  }),
  rule('read', read, ({ watermark }, scene) => upTo(watermark, 'READ', scene)),
  rule('account_linking', accountLinking, ({ status }, scene) => [
    activity(scene, status === 'linked' ? 'ACCOUNT_LINKED' : 'ACCOUNT_UNLINKED', {}),
  ]),
  rule('policy_enforcement', policyEnforcement, (detail, scene) => [accountActivity(scene, 'POLICY', detail)]),
]);

/** Of all messages of the thread until then. */
function upTo(watermark: string | null | undefined, status: 'DELIVERED' | 'READ', scene: Scene): InboundFact[] {
  return watermark ? [receipt(scene, { status, of: { upTo: watermark }, at: scene.at ?? watermark })] : [];
}
