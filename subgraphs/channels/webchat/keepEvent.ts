import type { NatsPart } from '#platform/events/nats.ts';
import { unavailable } from '#platform/graphql/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { VisitorRequest } from '../commands/asVisitor.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import { keepInIngest } from '../webhooks/ingest.ts';

/** Keeps what visitors do as a platform's webhooks are kept: it is as good as done when the stream has it. */
export function createKeepEvent({
  nats,
  health,
}: {
  readonly nats: NatsPart;
  readonly health: HealthRecorder;
}): VisitorRequest['keep'] {
  return async ({ companyId, channelId }, event) => {
    const subject = `ingest.webchat.${channelId}`;
    try {
      await keepInIngest(nats, subject, Buffer.from(JSON.stringify(event)), { company: companyId, channel: channelId });
    } catch (error) {
      if (error instanceof HttpError) throw unavailable(error.message);
      throw error;
    }
    health.note(companyId, channelId, { lastEventAt: new Date() });
  };
}
