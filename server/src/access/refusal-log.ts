import type { FastifyBaseLogger } from 'fastify';
import type { Refused } from '../errors.js';
import type { Actor } from './actor.js';
import type { Permission } from './permissions.js';

/** Who asks, with the log of the request. */
export interface Requester {
  readonly actor: Actor;
  readonly log: Pick<FastifyBaseLogger, 'warn'>;
}

/** Attempts to cross a permission are for those who watch the service; they changed nothing, so no audit event tells. */
export function logRefusal({ actor, log }: Requester, permission: Permission, refused: readonly Refused[] = []): void {
  const { kind, id, organizationId } = actor;
  log.warn({ actor: { kind, id, organizationId }, permission, refused }, 'refused');
}
