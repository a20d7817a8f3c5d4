import type { Transaction } from '../facts.ts';
import type { Sighting } from './contactIdentity.ts';

interface Known {
  readonly id: string;
  readonly externalId: string;
  readonly threadExternalId: string;
}

/**
 * WhatsApp names a person by number, by the id that they have for the business, or by both
 * (https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids). Once both came together they are one person: who
 * was known by number goes on under the id, and who is known by id is found by number. Of two who were there already each
 * stays, and what comes by number goes to the one with the id.
 *
 * @returns The sighting under the id by which the person is known here.
 */
export async function oneWhatsAppId({ sql }: Transaction, companyId: string, sighting: Sighting): Promise<Sighting> {
  const { channelId, contact, threadExternalId } = sighting;
  const { phone, externalId } = contact;
  if (sighting.platform !== 'WHATSAPP' || phone === null) return sighting;
  // Two who learn of the same number at once would each find nobody.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${channelId}:${phone}`}, 0))`;
  const number = phone.replace(/^\+/, '');
  const known = await sql<Known>`
    select id, external_id as "externalId", thread_external_id as "threadExternalId"
    from conversations.contact_identities
    where company_id = ${companyId} and channel_id = ${channelId}
      and (phone = ${phone} or external_id = any(${[number, externalId]}::text[]))`;
  if (externalId === number) {
    const byId = known.find((one) => one.externalId !== number);
    if (!byId) return sighting;
    return {
      ...sighting,
      threadExternalId: byId.threadExternalId,
      contact: { ...contact, externalId: byId.externalId },
    };
  }
  const byNumber = known.find((one) => one.externalId === number);
  if (byNumber && !known.some((one) => one.externalId === externalId)) {
    await sql`
      update conversations.contact_identities
      set external_id = ${externalId}, thread_external_id = ${threadExternalId}
      where company_id = ${companyId} and id = ${byNumber.id}`;
  }
  // A number goes to somebody else after a while.
  await sql`
    update conversations.contact_identities set phone = null
    where company_id = ${companyId} and channel_id = ${channelId} and phone = ${phone} and external_id <> ${externalId}`;
  return sighting;
}
