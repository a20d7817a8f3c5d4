import { Agent, request } from 'undici';
import type { RunningStack } from '#infra/embedded/runningStack.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { Role } from '#platform/identity/identity.ts';

/** Asks the graph as somebody of the company. */
export type Ask = <T>(query: string, variables?: Record<string, unknown>) => Promise<T>;

/** What people's clients need of a running stack. */
export interface Graph {
  readonly socketUrl: string;
  tokenOf(agentId: string, role: Role): Promise<string>;
  /** @returns How to ask with that token; what the graph answers with an error is thrown. */
  asker(token: string): Ask;
  close(): Promise<void>;
}

const TOKEN_SECONDS = 3_600;

export function connectGraph({ publicUrl, tokenSecret }: RunningStack, companyId: string): Graph {
  const dispatcher = new Agent({ connections: 64 });

  return {
    socketUrl: `${publicUrl.replace('http', 'ws')}/graphql`,

    tokenOf(agentId, role) {
      const identity = { kind: 'agent', companyId, agentId, role, scopes: [] } as const;
      return signBearerToken(identity, { ...bearerDefaults, secret: tokenSecret, expiresInSeconds: TOKEN_SECONDS });
    },

    asker: (token) =>
      async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
        const { body } = await request(`${publicUrl}/graphql`, {
          dispatcher,
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query, variables }),
        });
        const { data, errors } = (await body.json()) as { data: T; errors?: unknown };
        if (errors !== undefined) throw new Error(JSON.stringify(errors));
        return data;
      },

    close: () => dispatcher.close(),
  };
}
