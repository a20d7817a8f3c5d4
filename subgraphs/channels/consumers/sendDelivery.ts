import type { EventOf } from '#platform/events/catalogue.ts';
import { backoff } from '#platform/lifecycle/backoff.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';
import type { Claim, SendingChannel } from '../commands/claimDelivery.ts';
import type { DeliveryOutcome } from '../commands/recordDelivery.ts';
import { failure, unconfirmed } from '../platforms/failure.ts';
import { partReference, type Refusal, type Sender } from '../platforms/outbound.ts';
import { channelSettings } from '../settings.ts';

type MessageCreated = EventOf<SwitchboardCatalogue, 'conversation.message.created'>;

/** Spread over about two minutes: long enough for a restart of the other side, short enough to tell the agent. */
const MAX_ATTEMPTS = 8;
/** Who is told to wait for longer is told so, instead of holding up a place that others could use. */
const LONGEST_WAIT_MS = 60_000;

/** Sends what of a claimed message has not gone out, and says what became of it. Every failure is an outcome. */
export async function sendDelivery(
  { companyId, data }: MessageCreated,
  claim: Claim & { kind: 'claimed' },
  { sender, keyring }: { readonly sender: Sender; readonly keyring: Keyring },
): Promise<DeliveryOutcome> {
  const { delivery, message, conversation } = data;
  const { channelId } = conversation;
  const progress = { sentParts: claim.sentParts, externalMessageId: claim.externalMessageId };
  const failed = (because: DeliveryFailure): DeliveryOutcome => ({ status: 'FAILED', ...progress, failure: because });

  const problem = problemOf(claim.channel);
  if (problem) return failed(problem);
  const token = openToken(keyring, claim.channel, channelId);
  if (token === undefined) {
    return failed(failure('CHANNEL_UNAUTHORIZED', 'the channel’s token cannot be read: connect it again', true));
  }
  const parts = sender.parts({ text: textOf(data), files: [] });
  if (!delivery || parts.length === 0) return failed(failure('MESSAGE_EMPTY', 'there is nothing to send', false));

  const settings = channelSettings.parse({});
  const [externalId = ''] = token.split(':');
  const account = { channelId, companyId, platform: 'TELEGRAM', externalId, token, settings } as const;
  for (const [index, part] of parts.entries()) {
    if (index < progress.sentParts) continue;
    const result = await sender.send(account, part, {
      threadExternalId: delivery.threadExternalId,
      replyToExternalId: index === 0 ? delivery.replyToExternalId : null,
      reference: partReference(message.id, index),
      humanAgent: false,
    });
    if (result.kind === 'unconfirmed') return failed(unconfirmed(result.reason));
    if (result.kind === 'refused') return notSent(result, claim.attempt, progress);
    progress.sentParts += 1;
    progress.externalMessageId ??= result.externalMessageId;
  }
  return { status: 'SENT', ...progress };
}

function notSent(
  refusal: Refusal,
  attempt: number,
  progress: { readonly sentParts: number; readonly externalMessageId: string | null },
): DeliveryOutcome {
  const waitMs = refusal.waitMs ?? backoff(attempt, { baseMs: 1_000, capMs: 30_000 });
  if (refusal.again && attempt < MAX_ATTEMPTS && waitMs <= LONGEST_WAIT_MS) {
    return { status: 'WAITING', ...progress, failure: refusal.failure, waitMs };
  }
  const { sentParts } = progress;
  // Sent again as a whole, the contact would read the first parts twice.
  const said = sentParts > 0 ? { ...refusal.failure, retryable: false } : refusal.failure;
  return { status: 'FAILED', ...progress, failure: said, unauthorized: refusal.unauthorized };
}

/** Why nothing can be sent by this channel, known without asking the platform. */
function problemOf(channel: SendingChannel | undefined): DeliveryFailure | undefined {
  if (!channel) return failure('CHANNEL_NOT_FOUND', 'the channel is no longer connected', false);
  if (channel.platform !== 'TELEGRAM') {
    const message = `nothing can be sent to ${channel.platform} yet`;
    return { code: 'PLATFORM_NOT_SUPPORTED', message, retryable: false };
  }
  if (channel.status === 'PAUSED') return { code: 'CHANNEL_PAUSED', message: 'the channel is paused', retryable: true };
  if (channel.status === 'NEEDS_REAUTHORIZATION') {
    return failure('CHANNEL_UNAUTHORIZED', 'the platform refused the channel’s token: connect it again', true);
  }
  return undefined;
}

function openToken(keyring: Keyring, channel: SendingChannel | undefined, channelId: string): string | undefined {
  try {
    return channel && keyring.open(channel.accessToken, channelId);
  } catch {
    return undefined;
  }
}

/** Files go as links below the text: by address, the API itself takes only a few kinds of them and sizes. */
function textOf({ message }: MessageCreated['data']): string {
  const links = message.attachments.map(({ url }) => url).filter((url) => url !== null);
  return [message.text, ...links].filter(Boolean).join('\n');
}
