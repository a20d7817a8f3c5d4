import type { FastifyInstance } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import type { KeepFile } from '../attachments/keepFile.ts';
import { keepUpload } from '../attachments/keepUpload.ts';
import type { AgentUploads, UploadPlace } from '../uploads/agentUploads.ts';
import { rawBody, takeRawBodies } from '../webhooks/rawBodies.ts';

/** Less than the file is kept for: what was sent with a message by then is known in time. */
const USABLE_MS = 12 * 60 * 60 * 1_000;

/** `PUT /uploads?place=`: keeps a file of an agent, who was given the address, to be sent with a message afterwards. */
export function mountAgentUploads(
  app: FastifyInstance,
  { agentUploads, keepFile }: { readonly agentUploads: AgentUploads; readonly keepFile: KeepFile },
): void {
  function placeOf(token: unknown): UploadPlace {
    const verdict = agentUploads.places.read(typeof token === 'string' ? token : '');
    if (verdict.kind === 'good') return verdict.data;
    throw verdict.kind === 'expired'
      ? HttpError.forbidden('This address is no longer good: ask the graph for a new one', 'ADDRESS_EXPIRED')
      : HttpError.forbidden('This address is not one that was given out', 'SIGNATURE_INVALID');
  }

  app.register((scope, _options, done) => {
    takeRawBodies(scope);
    scope.decorateRequest('place', null);
    scope.put<{ Querystring: { place?: unknown } }>('/uploads', {
      bodyLimit: agentUploads.maxBytes,
      // Before the body is read: a stranger gets nothing of that size into memory.
      async onRequest(request) {
        const place = placeOf(request.query.place);
        if (Number(request.headers['content-length']) > place.size) throw tooLarge(place);
        const refusal = await agentUploads.refusal(place, place.size);
        if (refusal === 'RATE_LIMITED') throw HttpError.tooManyRequests('Too many files at once: wait a moment.', 2);
        if (refusal) throw HttpError.forbidden('Too much was uploaded and not sent.', refusal);
        request.setDecorator<UploadPlace>('place', place);
      },
      async handler(request, reply) {
        const place = request.getDecorator<UploadPlace>('place');
        const { companyId, agentId: uploadedBy, mimeType } = place;
        const bytes = rawBody(request.body);
        if (bytes.length > place.size) throw tooLarge(place);
        const claimed = { kind: null, mimeType };
        const file = {
          companyId,
          channelId: null,
          uploadedBy,
          bytes,
          name: place.name,
          claimed,
          temporary: true,
        } as const;
        const kept = await keepUpload(keepFile, file);
        const expiresAt = new Date(Date.now() + USABLE_MS);
        const { name, size, kind } = kept;
        const id = agentUploads.uploads.sign({ ...kept, companyId }, expiresAt);
        return reply.code(201).send({ id, name, mimeType: kept.mimeType, size, kind, expiresAt });
      },
    });
    done();
  });
}

function tooLarge({ size }: UploadPlace): HttpError {
  return HttpError.tooLarge(`The file was said to have ${String(size)} bytes, and has more.`);
}
