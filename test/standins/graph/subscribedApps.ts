import type { Accounts, GraphAccount } from './accounts.ts';
import { badParameter, success, type Answer } from './answers.ts';

/** The names of fields that Meta takes. */
const subscribable = {
  page: [
    'messages',
    'messaging_postbacks',
    'message_deliveries',
    'message_reads',
    'message_echoes',
    'message_reactions',
    'message_edits',
    'messaging_referrals',
    'messaging_optins',
    'messaging_account_linking',
    'messaging_handovers',
    'standby',
    'messaging_policy_enforcement',
  ],
  instagram: [
    'messages',
    'message_reactions',
    'messaging_postbacks',
    'messaging_seen',
    'messaging_referral',
    'message_edit',
    'messaging_optins',
    'messaging_handover',
    'standby',
  ],
};

/** `POST /{id}/subscribed_apps`: sets all of what our app is told of an account. */
export function subscribe(account: GraphAccount, body: unknown, accounts: Accounts): Answer {
  const fields = fieldsOf(body);
  if (account.kind !== 'whatsapp') {
    const known: readonly string[] = subscribable[account.kind];
    const unknown = fields.find((field) => !known.includes(field));
    if (unknown !== undefined) return badParameter(`Param subscribed_fields: there is no ${unknown}`);
    if (fields.length === 0) return badParameter('The parameter subscribed_fields is required.');
  }
  accounts.subscribe(account.id, fields);
  return success({ success: true });
}

function fieldsOf(body: unknown): string[] {
  const given = typeof body === 'object' && body !== null && 'subscribed_fields' in body && body.subscribed_fields;
  return typeof given === 'string' ? given.split(',').filter(Boolean) : [];
}
