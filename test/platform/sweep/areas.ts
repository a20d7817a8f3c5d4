import { isPermitted, type Permission } from '#platform/graphql/access.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { allPermissions } from '#infra/access/document.ts';

/** Parts of what a company has, each with the permission that shows it. */
const areas = {
  assignment: 'assignment:manage',
  attributes: 'contacts:read',
  audit: 'audit:read',
  contacts: 'contacts:read',
  conversations: 'conversations:read',
  directory: 'directory:read',
  documents: 'knowledge:read',
  /** For agents alone, whatever else somebody may know of a contact. */
  notes: 'contacts:note',
  own: 'own:keep',
  partners: 'partners:manage',
  privacy: 'privacy:act',
  /** What was asked of the bot, by contacts of all teams. */
  questions: 'answers:review',
} as const;

export type Area = keyof typeof areas;
export const allAreas = Object.keys(areas) as readonly Area[];

/** To which part the rows of each table belong. */
const tables: Readonly<Record<string, Area>> = {
  'channels.channel_health': 'directory',
  'channels.channels': 'directory',
  'channels.companies': 'directory',
  'channels.deliveries': 'conversations',
  'channels.delivery_parts': 'conversations',
  'channels.delivery_queues': 'conversations',
  'channels.early_receipts': 'conversations',
  'channels.files': 'conversations',
  'channels.profile_pictures': 'contacts',
  'channels.received_messages': 'conversations',
  'channels.revisions': 'conversations',
  'channels.threads': 'conversations',
  'channels.visitors': 'contacts',
  'conversations.agent_load': 'directory',
  'conversations.agents': 'directory',
  'conversations.answer_ratings': 'conversations',
  'conversations.assignment_policies': 'assignment',
  'conversations.attribute_definitions': 'attributes',
  'conversations.audit_entries': 'audit',
  'conversations.bot_settings': 'directory',
  'conversations.bulk_job_items': 'own',
  'conversations.bulk_jobs': 'own',
  'conversations.canned_responses': 'own',
  'conversations.channels': 'directory',
  'conversations.company_counters': 'conversations',
  'conversations.company_settings': 'directory',
  'conversations.company_calendars': 'directory',
  'conversations.contact_identities': 'contacts',
  'conversations.contact_merges': 'contacts',
  'conversations.contact_notes': 'notes',
  'conversations.contacts': 'contacts',
  'conversations.conversation_activities': 'conversations',
  'conversations.conversation_labels': 'conversations',
  'conversations.conversations': 'conversations',
  'conversations.drafts': 'own',
  'conversations.erasure_reports': 'privacy',
  'conversations.inbox_counters': 'conversations',
  'conversations.labels': 'directory',
  'conversations.message_mentions': 'conversations',
  'conversations.message_reactions': 'conversations',
  'conversations.messages': 'conversations',
  'conversations.notification_counters': 'own',
  'conversations.notification_settings': 'own',
  'conversations.notifications': 'own',
  'conversations.partner_calls': 'partners',
  'conversations.partner_keys': 'partners',
  'conversations.partner_operations': 'partners',
  'conversations.privacy_jobs': 'privacy',
  'conversations.read_counters': 'conversations',
  'conversations.read_marks': 'conversations',
  'conversations.retention_settings': 'privacy',
  'conversations.saved_view_positions': 'own',
  'conversations.saved_views': 'own',
  'conversations.team_members': 'directory',
  'conversations.teams': 'directory',
  'knowledge.asked_questions': 'questions',
  'knowledge.bot_answers': 'conversations',
  'knowledge.document_imports': 'documents',
  'knowledge.documents': 'documents',
  'knowledge.embeddings': 'documents',
  'knowledge.indexes': 'documents',
  'knowledge.model_use': 'documents',
  'knowledge.question_clusters': 'questions',
  'knowledge.unanswered_questions': 'questions',
};

const permissions: ReadonlyMap<string, Permission> = new Map(allPermissions);

/** What somebody of a company may not see of it, by what their role or their scopes say. */
export function areasHiddenFrom(identity: Identity | undefined): Area[] {
  return allAreas.filter((area) => {
    const permission = permissions.get(areas[area]);
    if (!permission) throw new Error(`No table of access has ${areas[area]}: say in areas.ts what shows ${area}`);
    return !identity || !isPermitted(permission, identity);
  });
}

/** @throws when nobody has said yet who may see what a table has. */
export function areaOf(table: string): Area {
  const area = tables[table];
  if (area === undefined) throw new Error(`Nobody has said who may see what ${table} has: enter it in areas.ts`);
  return area;
}
