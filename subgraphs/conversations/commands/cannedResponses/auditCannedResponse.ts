import type { AgentTransaction } from '../asAgent.ts';
import { audit } from '../audit.ts';
import type { CannedContent } from './content.ts';

/** What everybody writes with is entered; an agent's own is nobody else's business. */
export async function auditCannedResponse(
  transaction: AgentTransaction,
  action: 'cannedResponse.created' | 'cannedResponse.updated' | 'cannedResponse.deleted',
  {
    id,
    isShared,
    before,
    after,
  }: {
    readonly id: string;
    readonly isShared: boolean;
    readonly before?: CannedContent;
    readonly after?: CannedContent;
  },
): Promise<void> {
  if (!isShared) return;
  const subject = { kind: 'cannedResponse', id };
  await audit(transaction, { action, subject, before: before && valuesOf(before), after: after && valuesOf(after) });
}

function valuesOf({ shortcode, content, attachmentUrls }: CannedContent) {
  return { shortcode, content, attachmentUrls };
}
