import { handoverRules } from './handover.ts';
import { messageRule } from './message.ts';
import { messageEditRule } from './messageEdit.ts';
import { optinRule } from './optin.ts';
import { postbackRule } from './postback.ts';
import { reactionRule } from './reaction.ts';
import { referralRule } from './referral.ts';

/** What Messenger and Instagram say in the same words. */
export const sharedRules = [
  messageRule,
  postbackRule,
  messageEditRule,
  reactionRule,
  referralRule,
  optinRule,
  ...handoverRules,
];
