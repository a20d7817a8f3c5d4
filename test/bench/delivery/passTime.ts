import type { ChannelsStack } from '../channels/channelsStack.ts';

/**
 * As if the minutes were over for which a dead process's sends are left alone and confirmations are waited for. No send
 * takes 15 seconds.
 */
export async function passTime(database: ChannelsStack['database'], companyIds: readonly string[]): Promise<void> {
  for (const companyId of companyIds) {
    await database.write(companyId, async ({ sql }) => {
      await sql`
        update channels.deliveries set updated_at = now() - interval '1 minute'
        where company_id = ${companyId} and status = 'UNCONFIRMED' and updated_at < now() - interval '5 seconds'`;
      await sql`
        update channels.delivery_queues q set due_at = now()
        where company_id = ${companyId} and due_at > now() and exists (
          select from channels.deliveries d
          where d.company_id = ${companyId} and d.conversation_id = q.conversation_id
            and d.status in ('SENDING', 'UNCONFIRMED') and d.updated_at < now() - interval '15 seconds'
        )`;
    });
  }
}
