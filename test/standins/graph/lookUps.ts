import type { GraphAccount } from './accounts.ts';
import { badParameter, noSuchObject, success, type Answer } from './answers.ts';
import type { Profile } from './people.ts';
import type { GraphCall, GraphWorld } from './world.ts';

/** What an account says of itself. */
export function describe(account: GraphAccount, { id, query }: GraphCall): Answer {
  return told(ownFields(account, id), query);
}

function ownFields(account: GraphAccount, id: string): Readonly<Record<string, unknown>> {
  switch (account.kind) {
    case 'page':
      if (id === account.instagram?.id) return account.instagram;
      return { id: account.id, name: account.name, instagram_business_account: account.instagram };
    case 'instagram':
      // The id within the app is not the one that webhooks have.
      return { id: `9${account.id}`, user_id: account.id, username: account.username, name: account.username };
    case 'whatsapp':
      if (id === account.businessAccountId) return { id, name: account.verifiedName };
      return { id, display_phone_number: account.displayPhoneNumber, verified_name: account.verifiedName };
  }
}

/** A person, a file of WhatsApp, or whom a token is for that is no page's. */
export function lookUp({ id, query }: GraphCall, mine: readonly GraphAccount[], world: GraphWorld): Answer {
  if (id === 'me') return told({ id: '1', name: 'A system user' }, query);
  const file = world.files.find(id);
  if (file && mine.some(({ kind }) => kind === 'whatsapp')) {
    const { mimeType, sha256, bytes } = file;
    const described = { url: world.mediaUrl(id), mime_type: mimeType, sha256, file_size: bytes.length };
    return success({ messaging_product: 'whatsapp', ...described, id });
  }
  const accountIds = mine.flatMap((account) =>
    account.kind === 'page' && account.instagram ? [account.id, account.instagram.id] : account.id,
  );
  const known = world.people.profile(accountIds, id);
  if (!known) return noSuchObject(id);
  if (known.name === undefined) return badParameter('No profile available for this user.', 2018218);
  return told({ id, ...profile(known) }, query);
}

function profile({ name = '', username, picture }: Profile): Readonly<Record<string, unknown>> {
  const [first, ...rest] = name.split(' ');
  return { name, first_name: first, last_name: rest.join(' '), username, profile_pic: picture };
}

/** Of an object the fields that were asked for, and its id. */
function told(object: Readonly<Record<string, unknown>>, query: URLSearchParams): Answer {
  const fields = (query.get('fields') ?? Object.keys(object).join(',')).replaceAll(/\{[^}]*\}/g, '').split(',');
  const unknown = fields.find((field) => !(field in object));
  if (unknown !== undefined) return badParameter(`Tried accessing nonexisting field (${unknown})`);
  return success({ id: object['id'], ...Object.fromEntries(fields.map((field) => [field, object[field]])) });
}
