import type { CodegenConfig } from '@graphql-codegen/cli';

/** Per subgraph: its SDL, where its code stands, and which TypeScript type its resolvers get as the parent of a type. */
const subgraphs: Record<string, { folder: string; mappers: Record<string, string> }> = {
  channels: {
    folder: 'subgraphs/channels',
    mappers: {
      Company: '../rows.ts#CompanyRow',
      BusinessHours: '../rows.ts#BusinessHoursRow',
      Channel: '../rows.ts#ChannelRow',
      ChannelHealth: '../rows.ts#ChannelHealthRow',
    },
  },
  conversations: {
    folder: 'subgraphs/conversations',
    mappers: {
      Agent: '../rows.ts#AgentRow',
      AgentWorkload: '../queries/assignment.ts#WorkloadRow',
      AssignmentPolicy: '../queries/assignment.ts#PolicyRow',
      Team: '../rows.ts#TeamRow',
      Label: '../rows.ts#LabelRow',
      Contact: '../rows.ts#ContactRow',
      ContactIdentity: '../rows.ts#IdentityRow',
      ContactNote: '../rows.ts#ContactNoteRow',
      ContactMerge: '../rows.ts#ContactMergeRow',
      AuditEntry: '../rows.ts#AuditEntryRow',
      PartnerKey: '../rows.ts#PartnerKeyRow',
      PrivacyJob: '../rows.ts#PrivacyJobRow',
      ErasureReport: '../rows.ts#ErasureReportRow',
      Conversation: '../rows.ts#ConversationRow',
      Message: '../rows.ts#MessageRow',
      CannedResponse: '../rows.ts#CannedResponseRow',
      Draft: '../rows.ts#DraftRow',
      Notification: '../rows.ts#NotificationRow',
      ChatMessage: '../rows.ts#MessageRow',
      Attachment: '../rows.ts#AttachmentRow',
      SavedView: '../rows.ts#SavedViewRow',
      BulkJob: '../rows.ts#BulkJobRow',
      BulkResult: '../rows.ts#BulkResultRow',
      OpenedActivity: '../rows.ts#OpenedActivityRow',
      StatusActivity: '../rows.ts#StatusActivityRow',
      AssignmentActivity: '../rows.ts#AssignmentActivityRow',
      PriorityActivity: '../rows.ts#PriorityActivityRow',
      LabelsActivity: '../rows.ts#LabelsActivityRow',
      BotActivity: '../rows.ts#BotActivityRow',
      HandOverActivity: '../rows.ts#HandOverActivityRow',
      ContactActivity: '../rows.ts#ContactActivityRow',
    },
  },
  knowledge: {
    folder: 'subgraphs/knowledge',
    mappers: {
      Document: '../rows.ts#DocumentRow',
      DocumentImport: '../rows.ts#ImportRow',
      SearchHit: '../rows.ts#SearchHitRow',
      Citation: '../rows.ts#CitationRow',
      Conversation: '../resolvers/bot.ts#ConversationReference',
      UnansweredQuestion: '../queries/unansweredQuestions.ts#QuestionRow',
    },
  },
  analytics: {
    folder: 'analytics',
    mappers: {
      Dashboard: '../rows.ts#DashboardRow',
      OperationsReport: '../rows.ts#OperationsReportRow',
      PlatformStats: '../rows.ts#GroupRow',
      AgentStats: '../rows.ts#GroupRow',
      TeamStats: '../rows.ts#GroupRow',
      LabelStats: '../rows.ts#GroupRow',
      FieldUsage: '../queries/fieldUsage.ts#FieldUsageRow',
    },
  },
};

const config: CodegenConfig = {
  generates: Object.fromEntries(
    Object.entries(subgraphs).map(([name, { folder, mappers }]) => [
      `${folder}/generated/resolvers.ts`,
      {
        schema: [`schema/subgraphs/${name}.graphql`, `schema/subgraphs/${name}/*.graphql`],
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          federation: true,
          useTypeImports: true,
          enumsAsTypes: true,
          immutableTypes: true,
          contextType: '../context.ts#Context',
          mappers,
          scalars: { ID: 'string', DateTime: { input: 'Date', output: 'Date' }, JSON: 'unknown' },
        },
      },
    ]),
  ),
};
export default config;
