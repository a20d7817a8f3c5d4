import { v7 } from 'uuid';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eraseIdentities } from '../commands/eraseIdentities.ts';
import { eraseMessages } from '../commands/eraseMessages.ts';
import { reportErased } from '../commands/reportErased.ts';
import type { PrivacyJob } from './job.ts';

/** A step is short: whoever writes to the same rows waits no longer than for this many. */
const MESSAGES_PER_STEP = 200;

const actor = { kind: 'system' } as const;

/**
 * Erases a person, step by step, and tells the other contexts of each. Whatever is interrupted goes on where it was: a step
 * that is done finds nothing left to do. The job is done when every context has answered.
 */
export async function eraseContact(
  database: Database<SwitchboardCatalogue>,
  job: PrivacyJob,
  onProgress: () => Promise<void>,
): Promise<void> {
  await eraseIdentities(database, job);
  for (let number = 0; ;) {
    await onProgress();
    const conversation = await nextConversation(database, job, number);
    if (!conversation) break;
    while (await eraseStep(database, job, conversation.id)) await onProgress();
    ({ number } = conversation);
  }
  await tellLast(database, job);
}

async function nextConversation(
  database: Database<SwitchboardCatalogue>,
  { companyId, contactId }: PrivacyJob,
  after: number,
): Promise<{ readonly id: string; readonly number: number } | undefined> {
  const session = database.session(companyId);
  try {
    const [next] = await session.read(
      (sql) => sql<{ id: string; number: number }>`
        select id, number from conversations.conversations
        where company_id = ${companyId} and contact_id = ${contactId} and number > ${after}
        order by number limit 1`,
    );
    return next;
  } finally {
    await session.close();
  }
}

/** Returns whether there may be more. */
async function eraseStep(
  database: Database<SwitchboardCatalogue>,
  { companyId, id: jobId, contactId }: PrivacyJob,
  conversationId: string,
): Promise<boolean> {
  return database.write(companyId, async (transaction) => {
    const step = { companyId, conversationId, most: MESSAGES_PER_STEP };
    const { messages, fileKeys } = await eraseMessages(transaction, step);
    if (messages.length === 0) return false;
    const partId = v7();
    transaction.publish({
      type: 'conversation.erased',
      actor,
      data: {
        jobId,
        partId,
        contactIds: [contactId],
        identities: [],
        last: false,
        messages: [...messages],
        fileKeys: [...fileKeys],
      },
    });
    const counts = { messages: messages.length, files: fileKeys.length };
    await reportErased(transaction, { companyId, jobId, partId, context: 'conversations', counts, last: false });
    return messages.length === MESSAGES_PER_STEP;
  });
}

/** After it, nobody takes the job again: it waits for the answers. */
async function tellLast(
  database: Database<SwitchboardCatalogue>,
  { companyId, id: jobId, contactId }: PrivacyJob,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const { sql, publish } = transaction;
    const [told] = await sql`
      update conversations.privacy_jobs set due_at = 'infinity'
      where company_id = ${companyId} and id = ${jobId} and status = 'RUNNING' and due_at < 'infinity' returning id`;
    if (!told) return;
    const partId = v7();
    const nothing = { identities: [], messages: [], fileKeys: [] };
    publish({
      type: 'conversation.erased',
      actor,
      data: { jobId, partId, contactIds: [contactId], ...nothing, last: true },
    });
    await reportErased(transaction, { companyId, jobId, partId, context: 'conversations', counts: {}, last: true });
  });
}
