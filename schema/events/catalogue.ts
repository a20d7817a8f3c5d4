import * as bot from './bot.ts';
import * as channels from './channels.ts';
import * as contacts from './contacts.ts';
import * as conversations from './conversations.ts';
import * as drafts from './drafts.ts';
import * as erasure from './erasure.ts';
import * as knowledge from './knowledge.ts';
import * as notifications from './notifications.ts';

/**
 * Every fact that crosses a context's border. A field may be added with a default; anything else that readers could
 * notice is a new version. The first word is the context that owns the fact.
 */
export const catalogue = {
  'channel.message.received': channels.messageReceived,
  'channel.message.echoed': channels.messageEchoed,
  'channel.message.edited': channels.messageEdited,
  'channel.message.extended': channels.messageExtended,
  'channel.message.removed': channels.messageRemoved,
  'channel.message.reacted': channels.messageReacted,
  'channel.attachment.found': channels.attachmentFound,
  'channel.attachment.stored': channels.attachmentStored,
  'channel.contact.profiled': channels.contactProfiled,
  'channel.thread.activity': channels.threadActivity,
  'channel.message.revised': channels.messageRevised,
  'channel.delivery.updated': channels.deliveryUpdated,
  'channel.connection.changed': channels.channelChanged,
  'channel.audited': channels.channelAudited,
  'channel.company.changed': channels.companyChanged,
  'conversation.opened': conversations.opened,
  'conversation.status.changed': conversations.statusChanged,
  'conversation.assigned': conversations.assigned,
  'conversation.changed': conversations.changed,
  'conversation.message.created': conversations.messageCreated,
  'conversation.message.changed': conversations.messageChanged,
  'conversation.message.retried': conversations.messageRetried,
  'conversation.message.revised': conversations.messageRevised,
  'conversation.message.updated': conversations.messageUpdated,
  'conversation.read': conversations.read,
  'conversation.agent.presence': conversations.agentPresence,
  'conversation.routing.changed': conversations.routingChanged,
  'conversation.agent.limited': conversations.agentLimited,
  'conversation.agent.signedOut': conversations.agentSignedOut,
  'conversation.label.changed': conversations.labelChanged,
  'conversation.team.changed': conversations.teamChanged,
  'conversation.agent.changed': conversations.agentChanged,
  'conversation.contact.changed': contacts.contactChanged,
  'conversation.contact.merged': contacts.contactMerged,
  'conversation.notification.added': notifications.added,
  'conversation.notification.read': notifications.read,
  'conversation.draft.changed': drafts.changed,
  'conversation.bulk.progressed': conversations.bulkProgressed,
  'conversation.bot.asked': bot.asked,
  'conversation.handed_over': bot.handedOver,
  'conversation.answer.rated': bot.answerRated,
  'conversation.erased': erasure.erased,
  'channel.erased': erasure.erasedThere,
  'analytics.erased': erasure.erasedThere,
  'knowledge.erased': erasure.erasedThere,
  'knowledge.document.added': knowledge.documentAdded,
  'knowledge.document.changed': knowledge.documentChanged,
  'knowledge.document.removed': knowledge.documentRemoved,
  'knowledge.document.indexed': knowledge.documentIndexed,
  'knowledge.document.failed': knowledge.documentFailed,
  'knowledge.document.progressed': knowledge.documentProgressed,
  'knowledge.document.import_progressed': knowledge.importProgressed,
  'knowledge.bot.answered': bot.answered,
  'knowledge.bot.stepped_aside': bot.steppedAside,
  'knowledge.question_unanswered': bot.questionUnanswered,
} as const;

export type SwitchboardCatalogue = typeof catalogue;
