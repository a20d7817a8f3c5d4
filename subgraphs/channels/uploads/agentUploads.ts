import { z } from 'zod';
import { createTokenSigner, type TokenSigner } from '#platform/files/signedToken.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { id } from '#schema/events/values.ts';
import { upload, UPLOAD_PURPOSE, type Upload } from '#schema/uploads.ts';

const place = z.object({
  companyId: id,
  agentId: id,
  name: z.string(),
  mimeType: z.string(),
  /** The most bytes that may come. */
  size: z.int().positive(),
});
export type UploadPlace = z.output<typeof place>;

type Agent = Pick<UploadPlace, 'companyId' | 'agentId'>;

/** Of each agent: a file every two seconds, and some at once. */
const PACE = { perSecond: 0.5, burst: 30 };
/** Bytes that one agent may have here without having sent them. */
const MOST_UNUSED = 250 * 1024 ** 2;

/** What the addresses that agents upload to, and what comes of them, are made with. */
export interface AgentUploads {
  readonly places: TokenSigner<UploadPlace>;
  readonly uploads: TokenSigner<Upload>;
  /** The largest file that is taken in, in bytes. */
  readonly maxBytes: number;
  /** Why the agent may not upload now; undefined when nothing is against it. */
  refusal(agent: Agent, size: number): Promise<'RATE_LIMITED' | 'QUOTA_EXCEEDED' | undefined>;
}

export function createAgentUploads(options: {
  readonly secret: string;
  readonly maxBytes: number;
  readonly pacer: Pacer;
  readonly database: Database<SwitchboardCatalogue>;
}): AgentUploads {
  const { secret, maxBytes, pacer, database } = options;

  async function unusedBytes({ companyId, agentId }: Agent): Promise<number> {
    const [row] = await database.write(
      companyId,
      ({ sql }) => sql<{ bytes: number }>`
        select coalesce(sum(size), 0)::float8 as bytes from channels.files
        where company_id = ${companyId} and uploaded_by = ${agentId} and delete_after is not null`,
    );
    return row?.bytes ?? 0;
  }

  return {
    places: createTokenSigner({ secret, purpose: 'upload place', model: place }),
    uploads: createTokenSigner({ secret, purpose: UPLOAD_PURPOSE, model: upload }),
    maxBytes,
    async refusal(agent, size) {
      const key = `uploads:${agent.companyId}:${agent.agentId}`;
      if ((await pacer.take([{ key, ...PACE }])) > 0) return 'RATE_LIMITED';
      return (await unusedBytes(agent)) + size > MOST_UNUSED ? 'QUOTA_EXCEEDED' : undefined;
    },
  };
}
