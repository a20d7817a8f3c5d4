import type { PublicFetch } from '#platform/http/publicFetch.ts';
import type { Attachment, Platform } from '#schema/events/values.ts';
import type { FindAccount } from '../credentials/findAccount.ts';
import { AccountError, type AccountApi } from '../platforms/account.ts';
import { fileNameIn } from './fileName.ts';
import { FileRefused } from './fileRefused.ts';

export type AccountApis = Readonly<Partial<Record<Platform, AccountApi>>>;

export interface AttachmentSource {
  readonly companyId: string;
  readonly channelId: string;
  readonly attachment: Attachment;
}

/**
 * Gets the bytes of an attachment from where its platform keeps them, and its name.
 *
 * @throws PublicFetchError, FileRefused or AccountError when the other side has no file for us; anything else is a failure of
 *   our own stores.
 */
export type FetchAttachment = (
  source: AttachmentSource,
  signal: AbortSignal,
) => Promise<{ readonly bytes: Buffer; readonly name: string | null }>;

export function createFetchAttachment(options: {
  readonly fetcher: PublicFetch;
  readonly accounts: AccountApis;
  readonly findAccount: FindAccount;
  readonly maxBytes: number;
}): FetchAttachment {
  const { fetcher, accounts, findAccount, maxBytes } = options;

  async function addressOf(source: AttachmentSource): ReturnType<AccountApi['fileAddress']> {
    const { url, platformFileId } = source.attachment;
    if (url !== null) return { url, headers: {} };
    const account = await findAccount(source);
    const api = account && accounts[account.platform];
    if (!api || platformFileId === null) {
      throw new AccountError('NOT_PERMITTED', 'the channel has no account that could fetch its files');
    }
    return api.fileAddress(account, platformFileId);
  }

  return async (source, signal) => {
    const { name, size } = source.attachment;
    if (size !== null && size > maxBytes) throw FileRefused.tooLarge(maxBytes);
    const { url, headers } = await addressOf(source);
    const fetched = await fetcher.fetch(url, { headers, maxBytes, signal });
    return { bytes: fetched.bytes, name: name ?? fileNameIn(fetched.url) };
  };
}
