import { v7 } from 'uuid';
import type { EventOf } from '#platform/events/catalogue.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Transaction } from '../facts.ts';
import { detailWords } from '../text/contactWords.ts';
import { searchVector } from '../text/searchWords.ts';
import { oneWhatsAppId } from './oneWhatsAppId.ts';

type Profile = EventOf<SwitchboardCatalogue, 'channel.contact.profiled'>['data'];

/** The other side of a thread, as a message from there tells it. */
export interface Sighting extends Pick<Profile, 'channelId' | 'threadExternalId' | 'contact'> {
  readonly platform: Platform;
}

/** A sighting that a message brought. */
export interface Arrival extends Sighting {
  readonly companyId: string;
  /** When the contact wrote; null when it was the company. Who writes is not blocked any more. */
  readonly lastInboundAt: Date | null;
}

export interface ContactIdentity {
  readonly id: string;
  readonly contactId: string;
  /** Whether the company has blocked the contact. */
  readonly blocked: boolean;
}

interface Upserted extends ContactIdentity {
  /** What the platform called them before. */
  readonly calledBefore: string | null;
  /** The contact does not go by what the platform gives now, and should. */
  readonly outdated: boolean;
}

/**
 * Finds or makes the identities of different contacts of a company, and holds their rows until the end: from here on nobody else handles a
 * message of these contacts. One statement, so that a contact without identity, or the other way round, cannot be.
 */
export async function upsertIdentities(
  transaction: Transaction,
  arrivals: readonly Arrival[],
): Promise<ContactIdentity[]> {
  const [first] = arrivals;
  if (!first) return [];
  const { companyId } = first;
  const sighted: Sighting[] = [];
  for (const arrival of arrivals) sighted.push(await oneWhatsAppId(transaction, companyId, arrival));
  const rows = sighted.map(({ channelId, platform, threadExternalId, contact }, ordinal) => {
    const details = detailWords(companyId, { email: null, phone: contact.phone });
    return {
      ordinal,
      id: v7(),
      new_contact_id: v7(),
      channel_id: channelId,
      platform,
      external_id: contact.externalId,
      thread_external_id: threadExternalId,
      name: contact.name,
      username: contact.username,
      language_code: contact.languageCode,
      phone: contact.phone,
      last_inbound_at: arrivals[ordinal]?.lastInboundAt,
      details,
      words: [...searchVector(companyId, contact.name), ...details],
    };
  });
  const identities = await transaction.sql<Upserted>`
    with sighted as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s (
        ordinal integer, id uuid, new_contact_id uuid, channel_id uuid, platform text, external_id text,
        thread_external_id text, name text, username text, language_code text, phone text, last_inbound_at timestamptz,
        details text[], words text[]
      )
    ), identity as (
      insert into conversations.contact_identities as i
        (company_id, id, contact_id, channel_id, platform, external_id, thread_external_id,
         display_name, username, language_code, phone, last_inbound_at)
      select ${companyId}, id, new_contact_id, channel_id, platform, external_id, thread_external_id,
        name, username, language_code, phone, last_inbound_at
      from sighted order by channel_id, external_id
      on conflict (company_id, channel_id, external_id) do update set
        thread_external_id = excluded.thread_external_id,
        display_name = coalesce(excluded.display_name, i.display_name),
        username = coalesce(excluded.username, i.username),
        language_code = coalesce(excluded.language_code, i.language_code),
        phone = coalesce(excluded.phone, i.phone),
        last_inbound_at = greatest(i.last_inbound_at, excluded.last_inbound_at),
        blocked_at = case when excluded.last_inbound_at > i.blocked_at then null else i.blocked_at end
      returning id, contact_id, channel_id, external_id
    ), seen as (
      select s.ordinal, i.id, i.contact_id, s.new_contact_id, s.channel_id, s.external_id, s.name, s.phone, s.details, s.words
      from identity i join sighted s on s.channel_id = i.channel_id and s.external_id = i.external_id
    ), added as (
      insert into conversations.contacts (company_id, id, name, phone, detail_words, search)
      select ${companyId}, contact_id, name, phone, details, array_to_tsvector(words)
      from seen where contact_id = new_contact_id
    )
    select seen.id, seen.contact_id as "contactId", known.blocked_at is not null as blocked,
      before.display_name as "calledBefore",
      known.id is not null and (
        seen.name is distinct from known.name and seen.name is not null
          and (known.name is null or known.name = before.display_name)
        or known.phone is null and seen.phone is not null
      ) as outdated
    from seen
    left join lateral (
      select b.display_name from conversations.contact_identities b
      where b.company_id = ${companyId} and b.channel_id = seen.channel_id and b.external_id = seen.external_id
      limit 1
    ) before on true
    left join lateral (
      select k.id, k.name, k.phone, k.blocked_at from conversations.contacts k
      where k.company_id = ${companyId} and k.id = seen.contact_id
      limit 1
    ) known on true
    order by seen.ordinal`;
  if (identities.length !== arrivals.length) throw new Error('an upsert returned not one row for each');
  for (const [index, { contactId, calledBefore, outdated }] of identities.entries()) {
    const contact = sighted[index]?.contact;
    if (!outdated || !contact) continue;
    await transaction.sql`
      with before as (
        select ${calledBefore}::text as display_name, null::text as picture_file_key
      ), identity as (
        select ${contactId}::uuid as contact_id
      )
      ${followPlatform(companyId, { contact, pictureFileKey: null })}`;
  }
  return identities;
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
  const numbers = detailWords(companyId, { email: null, phone });
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
