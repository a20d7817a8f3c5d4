/** What Graph answers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error in Graph's form. */
export interface GraphErrorBody {
  readonly message: string;
  readonly code: number;
  readonly subcode?: number;
  readonly type?: string;
  /** WhatsApp: what is meant. */
  readonly details?: string;
}

export function success(body: unknown): Answer {
  return { status: 200, body };
}

/** https://developers.facebook.com/docs/graph-api/guides/error-handling */
export function failed(status: number, { message, code, subcode, type, details }: GraphErrorBody): Answer {
  const error = {
    message,
    type: type ?? 'OAuthException',
    code,
    ...(subcode !== undefined && { error_subcode: subcode }),
    ...(details !== undefined && { error_data: { messaging_product: 'whatsapp', details } }),
    fbtrace_id: 'AStandInTrace',
  };
  return { status, body: { error } };
}

/** A parameter is missing or wrong. */
export function badParameter(message: string, subcode?: number): Answer {
  return failed(400, { message: `(#100) ${message}`, code: 100, ...(subcode !== undefined && { subcode }) });
}

export function noSuchObject(id: string): Answer {
  const message = `Unsupported request. Object with ID '${id}' does not exist, or cannot be loaded due to missing permissions`;
  return failed(400, { message, code: 100, subcode: 33, type: 'GraphMethodException' });
}

export function badToken(): Answer {
  const message = 'Error validating access token: the session has been invalidated';
  return failed(401, { message, code: 190, subcode: 460 });
}
