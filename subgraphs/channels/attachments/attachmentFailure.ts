import { PublicFetchError } from '#platform/http/publicFetchError.ts';
import { AccountError } from '../platforms/account.ts';
import { FileRefused } from './fileRefused.ts';

/** Why there is no copy of a file; stable, and told to clients. */
type AttachmentFailureCode = 'TOO_LARGE' | 'TYPE_REFUSED' | 'NOT_FOUND' | 'FORBIDDEN_ADDRESS' | 'UNAVAILABLE';

export interface AttachmentFailure {
  readonly code: AttachmentFailureCode;
  /** Whether it may go better in a moment. */
  readonly again: boolean;
}

/** What a failed fetch says of the file; undefined for what is no fault of the other side. */
export function attachmentFailureOf(error: unknown): AttachmentFailure | undefined {
  if (error instanceof PublicFetchError) return { code: error.code, again: error.code === 'UNAVAILABLE' };
  if (error instanceof FileRefused) return { code: error.code, again: false };
  if (!(error instanceof AccountError)) return undefined;
  // The platform has no such file for us, as opposed to: there is nobody whom it would tell.
  if (error.code === 'PLATFORM_REFUSED') return { code: 'NOT_FOUND', again: false };
  return { code: 'UNAVAILABLE', again: error.code === 'PLATFORM_UNAVAILABLE' };
}
