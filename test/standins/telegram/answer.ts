/** What the Bot API answers: a status and a body. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export function success(result: unknown): Answer {
  return { status: 200, body: { ok: true, result } };
}

export function refusal(
  status: number,
  description: string,
  parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number },
): Answer {
  return { status, body: { ok: false, error_code: status, description, ...(parameters && { parameters }) } };
}
