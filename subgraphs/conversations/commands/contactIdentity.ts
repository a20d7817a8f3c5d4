import { v7 } from 'uuid';
import type { EventOf } from '#platform/events/catalogue.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Transaction } from '../facts.ts';
import { detailWords } from '../text/contactWords.ts';
import { searchVector } from '../text/searchWords.ts';

type Profile = EventOf<SwitchboardCatalogue, 'channel.contact.profiled'>['data'];

/** The other side of a thread, as a message from there tells it. */
interface Sighting extends Pick<Profile, 'channelId' | 'threadExternalId' | 'contact'> {
  readonly platform: Platform;
}

export interface ContactIdentity {
  readonly id: string;
  readonly contactId: string;
  /** Whether the company has blocked the contact. */
  readonly blocked: boolean;
}

/**
 * Finds or makes the contact's identity, and holds its row until the end: from here on nobody else handles a message of
 * this contact. One statement, so that a contact without identity, or the other way round, cannot be.
 *
 * @param lastInboundAt When the contact wrote; null when it was the company. Who writes is not blocked any more.
 */
export async function upsertIdentity(
  { sql }: Transaction,
  companyId: string,
  { channelId, platform, threadExternalId, contact }: Sighting,
  lastInboundAt: Date | null,
): Promise<ContactIdentity> {
  const newContactId = v7();
  const details = detailWords({ email: null, phone: contact.phone });
  const words = [...searchVector(companyId, contact.name), ...details];
  const [identity] = await sql<ContactIdentity>`
    with before as (
      select display_name, picture_file_key from conversations.contact_identities
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${contact.externalId}
    ), identity as (
      insert into conversations.contact_identities as i
        (company_id, id, contact_id, channel_id, platform, external_id, thread_external_id,
         display_name, username, language_code, last_inbound_at)
      values (${companyId}, ${v7()}, ${newContactId}, ${channelId}, ${platform}, ${contact.externalId},
        ${threadExternalId}, ${contact.name}, ${contact.username}, ${contact.languageCode}, ${lastInboundAt}::timestamptz)
      on conflict (company_id, channel_id, external_id) do update set
        thread_external_id = excluded.thread_external_id,
        display_name = coalesce(excluded.display_name, i.display_name),
        username = coalesce(excluded.username, i.username),
        language_code = coalesce(excluded.language_code, i.language_code),
        last_inbound_at = greatest(i.last_inbound_at, excluded.last_inbound_at),
        blocked_at = case when excluded.last_inbound_at > i.blocked_at then null else i.blocked_at end
      returning id, contact_id
    ), added as (
      insert into conversations.contacts (company_id, id, name, phone, detail_words, search)
      select ${companyId}, contact_id, ${contact.name}, ${contact.phone}, ${details}::text[],
        array_to_tsvector(${words}::text[])
      from identity where contact_id = ${newContactId}
    ), known as (${followPlatform(companyId, { contact, pictureFileKey: null })})
    select id, contact_id as "contactId", exists (
      select from conversations.contacts k
      where k.company_id = ${companyId} and k.id = identity.contact_id and k.blocked_at is not null
    ) as blocked
    from identity`;
  if (!identity) throw new Error('an upsert returned no row');
  return identity;
}

/**
 * What a platform says of a person in answer to a question. What it does not know leaves what is known.
 *
 * @returns False when nobody of that id has written yet.
 */
export async function profileIdentity(
  { sql }: Transaction,
  companyId: string,
  { channelId, contact, pictureFileKey }: Profile,
): Promise<boolean> {
  const [identity] = await sql`
    with before as (
      select display_name, picture_file_key from conversations.contact_identities
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${contact.externalId}
    ), identity as (
      update conversations.contact_identities i set
        display_name = coalesce(${contact.name}, i.display_name),
        username = coalesce(${contact.username}, i.username),
        language_code = coalesce(${contact.languageCode}, i.language_code),
        picture_file_key = coalesce(${pictureFileKey}, i.picture_file_key)
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${contact.externalId}
      returning contact_id
    ), known as (${followPlatform(companyId, { contact, pictureFileKey })})
    select from identity`;
  return identity !== undefined;
}

/**
 * The contact goes by the name and the picture that the platform gives, until somebody here gives others: those are kept.
 * For statements that have the identity as it was (`before`) and as it is (`identity`).
 */
function followPlatform(
  companyId: string,
  { contact: { name, phone }, pictureFileKey }: Pick<Profile, 'contact' | 'pictureFileKey'>,
): Fragment {
  const words = searchVector(companyId, name);
  const numbers = detailWords({ email: null, phone });
  const renamed = fragment`(${name}::text is not null and (c.name is null or c.name = before.display_name))`;
  const pictured = fragment`(${pictureFileKey}::text is not null
    and (c.picture_file_key is null or c.picture_file_key = before.picture_file_key))`;
  const called = fragment`(c.phone is null and ${phone}::text is not null)`;
  const details = fragment`case when ${called} then c.detail_words || ${numbers}::text[] else c.detail_words end`;
  return fragment`
    update conversations.contacts c set
      name = case when ${renamed} then ${name} else c.name end,
      search = case
        when ${renamed} then array_to_tsvector(${words}::text[] || ${details})
        when ${called} then c.search || array_to_tsvector(${numbers}::text[])
        else c.search end,
      detail_words = ${details},
      picture_file_key = case when ${pictured} then ${pictureFileKey} else c.picture_file_key end,
      phone = coalesce(c.phone, ${phone})
    from identity i left join before on true
    where c.company_id = ${companyId} and c.id = i.contact_id
      and (${renamed} or ${pictured} or ${called})`;
}
