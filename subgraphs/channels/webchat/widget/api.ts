import {
  documents,
  type HistoryPage,
  type ChatMessage,
  type Session,
  type SignedIdentity,
  type UploadedFile,
} from './protocol.ts';

/** The server refused: `isFinal` tells what trying again cannot mend. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly isFinal: boolean;
  readonly code: string;

  constructor(code: string, message: string, isFinal: boolean) {
    super(message);
    this.code = code;
    this.isFinal = isFinal;
  }
}

export interface ChatApi {
  /** Makes the visitor known, or known again. */
  begin(): Promise<Session>;
  history(before: string | null, last: number): Promise<HistoryPage>;
  /** Any number of times: the same client id is written once. */
  send(message: { clientId: string; text: string | null; fileIds: readonly string[] }): Promise<void>;
  upload(file: File): Promise<UploadedFile>;
  markRead(upToMessageId: string): Promise<void>;
  setTyping(isTyping: boolean): Promise<void>;
}

const TIMEOUT_MS = 15_000;
const UPLOAD_TIMEOUT_MS = 120_000;

interface GraphAnswer {
  readonly data?: Record<string, { readonly userErrors?: readonly { code: string; message?: string }[] } | null> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export function createApi(options: {
  readonly baseUrl: string;
  readonly siteKey: string;
  readonly token: () => string | undefined;
  readonly identity: () => SignedIdentity | undefined;
}): ChatApi {
  const { baseUrl, siteKey } = options;
  const site = `${baseUrl}/chat/${encodeURIComponent(siteKey)}`;

  async function call(url: string, init: RequestInit, timeoutMs: number): Promise<Response> {
    const response = await fetch(url, { ...init, method: 'POST', signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok || response.headers.get('content-type')?.includes('graphql')) return response;
    const body = (await response.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
    const isFinal =
      response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429;
    throw new ChatError(
      body.error?.code ?? String(response.status),
      body.error?.message ?? 'The chat does not answer.',
      isFinal,
    );
  }

  async function graph(query: string, variables: object): Promise<NonNullable<GraphAnswer['data']>> {
    const response = await call(
      `${baseUrl}/graphql`,
      {
        headers: { 'content-type': 'application/json', authorization: `Bearer ${options.token() ?? ''}` },
        body: JSON.stringify({ query, variables }),
      },
      TIMEOUT_MS,
    );
    const { data, errors } = (await response.json()) as GraphAnswer;
    const [error] = errors ?? [];
    if (error || !data) throw new ChatError(error?.extensions?.code ?? 'FAILED', error?.message ?? 'No data', false);
    const refused = Object.values(data).flatMap((field) => field?.userErrors ?? [])[0];
    if (refused) throw new ChatError(refused.code, refused.message ?? refused.code, refused.code !== 'UNAVAILABLE');
    return data;
  }

  return {
    async begin() {
      const body = JSON.stringify({ token: options.token(), identity: options.identity() });
      const init = { headers: { 'content-type': 'application/json' }, body };
      return (await (await call(`${site}/session`, init, TIMEOUT_MS)).json()) as Session;
    },
    async history(before, last) {
      const { chatMessages } = (await graph(documents.history, { before, last })) as unknown as {
        chatMessages: {
          edges: { node: ChatMessage }[];
          pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
        };
      };
      const { edges, pageInfo } = chatMessages;
      return {
        messages: edges.map(({ node }) => node),
        before: pageInfo.hasPreviousPage ? pageInfo.startCursor : null,
      };
    },
    async send(input) {
      await graph(documents.send, { input });
    },
    async upload(file) {
      const headers = {
        'content-type': file.type || 'application/octet-stream',
        'x-file-name': encodeURIComponent(file.name),
        authorization: `Bearer ${options.token() ?? ''}`,
      };
      return (await (await call(`${site}/files`, { headers, body: file }, UPLOAD_TIMEOUT_MS)).json()) as UploadedFile;
    },
    async markRead(upToMessageId) {
      await graph(documents.read, { input: { upToMessageId } });
    },
    async setTyping(isTyping) {
      await graph(documents.setTyping, { input: { isTyping } });
    },
  };
}
