import type { Resolvers } from '../generated/resolvers.ts';
import { activityTypes } from './activity.ts';
import { attachment } from './attachment.ts';
import { auditEntry } from './auditEntry.ts';
import { agent, label, team } from './directory.ts';
import { chatMessage } from './chat.ts';
import { cannedResponse } from './cannedResponse.ts';
import { contact, contactIdentity, contactMerge, contactNote } from './contact.ts';
import { conversation } from './conversation.ts';
import { draft } from './draft.ts';
import { mention } from './mentions.ts';
import { author, message } from './message.ts';
import { mutation } from './mutation/index.ts';
import { privacyJob } from './privacy.ts';
import { notification } from './notification.ts';
import { query } from './query/index.ts';

export const resolvers: Resolvers = {
  Query: query,
  Mutation: mutation,
  Agent: agent,
  Team: team,
  Label: label,
  Contact: contact,
  ContactIdentity: contactIdentity,
  ContactNote: contactNote,
  ContactMerge: contactMerge,
  AuditEntry: auditEntry,
  PrivacyJob: privacyJob,
  Conversation: conversation,
  Message: message,
  Mention: mention,
  Notification: notification,
  Draft: draft,
  CannedResponse: cannedResponse,
  ChatMessage: chatMessage,
  Author: author,
  Attachment: attachment,
  ...activityTypes,
};
