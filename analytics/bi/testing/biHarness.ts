import { request } from 'undici';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { biPath, biScope } from '#schema/bi.ts';
import type { openService } from '../../testing/serviceHarness.ts';

/** A partner whose key is for BI tools. */
export function biPartnerOf(companyId: string, scopes: readonly string[] = [biScope]): Identity {
  return { kind: 'partner', companyId, partner: 'bi-tool', scopes: [...scopes], keyId: v7() };
}

export interface SqlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

/** Asks the service as the router does: with the signature of whose key it was. */
export function askAs(service: Awaited<ReturnType<typeof openService>>, identity: Identity) {
  return async (
    sql: string,
    {
      search = {},
      headers = {},
    }: { readonly search?: Record<string, string>; readonly headers?: Record<string, string> } = {},
  ): Promise<SqlAnswer> => {
    const query = new URLSearchParams(search).toString();
    const response = await request(`${service.analytics.url()}${biPath}?${query}`, {
      method: 'POST',
      headers: { ...(await service.signed(identity)), ...headers },
      body: sql,
    });
    const bytes = Buffer.from(await response.body.bytes());
    return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString() };
  };
}
