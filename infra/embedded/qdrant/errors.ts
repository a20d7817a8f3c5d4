import type { PointId } from './pointId.ts';

/** What went wrong, stable for programs; the sentence is for people. */
export type QdrantErrorCode =
  | 'ALREADY_EXISTS'
  | 'BAD_REQUEST'
  | 'INTERNAL'
  | 'INVALID'
  | 'NOT_FOUND'
  | 'STORAGE'
  | 'TOO_LARGE'
  | 'UNSUPPORTED';

const REMEDY = 'set QDRANT_URL to the address of a Qdrant server to use it';

/** A refusal as Qdrant would word it: the HTTP status, and the sentence that becomes `status.error`. */
export class QdrantError extends Error {
  override readonly name = 'QdrantError';
  readonly code: QdrantErrorCode;
  readonly status: number;

  private constructor(code: QdrantErrorCode, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }

  static collectionNotFound(name: string): QdrantError {
    return new QdrantError('NOT_FOUND', 404, `Not found: Collection \`${name}\` doesn't exist!`);
  }

  static collectionExists(name: string): QdrantError {
    return new QdrantError('ALREADY_EXISTS', 409, `Wrong input: Collection \`${name}\` already exists!`);
  }

  static aliasTaken(name: string): QdrantError {
    return new QdrantError('ALREADY_EXISTS', 409, `Wrong input: Alias with the same name already exists: ${name}`);
  }

  static pointNotFound(id: PointId): QdrantError {
    return new QdrantError('NOT_FOUND', 404, `Not found: No point with id ${id} found`);
  }

  static pointWithoutVector(id: PointId, vector: string): QdrantError {
    return new QdrantError('NOT_FOUND', 404, `Not found: Vector with name ${vector} for point ${id}`);
  }

  static unknownVector(name: string): QdrantError {
    return new QdrantError('BAD_REQUEST', 400, `Wrong input: Not existing vector name error: ${name}`);
  }

  static wrongDimension(expected: number, got: number): QdrantError {
    const detail = `expected dim: ${expected}, got ${got}`;
    return new QdrantError('BAD_REQUEST', 400, `Wrong input: Vector dimension error: ${detail}`);
  }

  static wrongVectorKind(name: string, expected: 'dense' | 'sparse'): QdrantError {
    return new QdrantError(
      'BAD_REQUEST',
      400,
      `Wrong input: Vector \`${name}\` is ${expected}: give it a ${expected} one`,
    );
  }

  static badRequest(detail: string): QdrantError {
    return new QdrantError('BAD_REQUEST', 400, `Bad request: ${detail}`);
  }

  static malformed(detail: string): QdrantError {
    return new QdrantError('BAD_REQUEST', 400, `Format error in JSON body: ${detail}`);
  }

  static invalid(detail: string): QdrantError {
    return new QdrantError('INVALID', 422, `Validation error in JSON body: [${detail}]`);
  }

  static bodyTooLarge(limitBytes: number): QdrantError {
    const detail = `JSON payload is larger than allowed (limit: ${limitBytes} bytes). Send fewer points at a time.`;
    return new QdrantError('TOO_LARGE', 413, `Payload error: ${detail}`);
  }

  static unsupported(what: string): QdrantError {
    const message = `Bad request: the embedded Qdrant server does not support ${what}; ${REMEDY}`;
    return new QdrantError('UNSUPPORTED', 400, message);
  }

  /** 501, not 404: callers take a 404 as "no such collection", and would create one. */
  static unsupportedRoute(method: string, path: string): QdrantError {
    const message = `Not implemented: the embedded Qdrant server does not support ${method} ${path}; ${REMEDY}`;
    return new QdrantError('UNSUPPORTED', 501, message);
  }

  static outOfMemory(cause: unknown): QdrantError {
    const message = `Service internal error: the vectors of one name take more than 4 GB, or than there is; ${REMEDY}`;
    return new QdrantError('STORAGE', 500, message, { cause });
  }

  static storageFailed(cause: unknown): QdrantError {
    const message = 'Service internal error: the data could not be written; free disk space and restart the server';
    return new QdrantError('STORAGE', 500, message, { cause });
  }

  static internal(cause: unknown): QdrantError {
    return new QdrantError('INTERNAL', 500, 'Service internal error: see the log of the server', { cause });
  }
}
