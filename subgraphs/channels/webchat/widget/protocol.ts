/** What the graph says of one message; the fragment below asks for exactly this. */
export interface ChatMessage {
  readonly id: string;
  /** Of the visitor's own messages: the id that this script gave them. */
  readonly clientId: string | null;
  readonly author: { readonly kind: 'VISITOR' | 'AGENT' | 'BOT' | 'COMPANY'; readonly name: string | null };
  readonly text: string | null;
  readonly attachments: readonly ChatAttachment[];
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
  readonly status: string;
}

export interface ChatAttachment {
  readonly kind: string;
  readonly url: string | null;
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly size: number | null;
}

export interface HistoryPage {
  readonly messages: readonly ChatMessage[];
  /** Where the page before this one ends; null when there is none. */
  readonly before: string | null;
}

/** What the company has set up for this site. */
export interface ChatSettings {
  readonly color: string;
  readonly title: string;
  readonly greeting: string;
  readonly offlineNotice: string;
}

export interface Session {
  readonly token: string;
  readonly settings: ChatSettings;
}

/** Who is signed in at the site, as the site's server has signed it. */
export type SignedIdentity =
  | { readonly userId: string; readonly hash: string; readonly name?: string; readonly email?: string }
  | { readonly jwt: string };

export interface UploadedFile {
  readonly id: string;
  readonly name: string | null;
  readonly mimeType: string;
  readonly size: number;
  readonly kind: string;
}

const message = `fragment M on ChatMessage {
  id clientId author { kind name } text createdAt editedAt deletedAt status
  attachments { kind url name mimeType size }
}`;

export const documents = {
  history: `query History($last: Int!, $before: String) { chatMessages(last: $last, before: $before) {
    edges { node { ...M } } pageInfo { hasPreviousPage startCursor } } } ${message}`,
  updates: `subscription Updates($after: String) { chatUpdates(after: $after) { cursor message { ...M } } } ${message}`,
  typing: 'subscription Typing { chatTyping { isTyping name } }',
  send: 'mutation Send($input: SendChatMessageInput!) { sendChatMessage(input: $input) { userErrors { code message } } }',
  read: 'mutation Read($input: MarkChatReadInput!) { markChatRead(input: $input) { userErrors { code } } }',
  setTyping: 'mutation SetTyping($input: SetChatTypingInput!) { setChatTyping(input: $input) { userErrors { code } } }',
};
