import type { FastifyBaseLogger } from 'fastify';
import type { Actor } from './access/actor.js';
import type { AuditSource } from './audit/audit.js';
import type { Database, OrganizationDatabase } from './database/database.js';
import { requestError } from './errors.js';
import { type Loaders, loadersFor } from './loaders.js';

/** What one request carries: who asks, under which id, and loaders that remember what it has read. */
export class RequestContext implements AuditSource {
  readonly requestId: string;
  readonly log: FastifyBaseLogger;
  // Private to TypeScript only: Apollo copies the context by its properties.
  private readonly signedIn: Actor | null;
  private readonly wholeDatabase: Database;
  private currentLoaders: Loaders | undefined;

  constructor(request: {
    actor: Actor | null;
    requestId: string;
    log: FastifyBaseLogger;
    database: Database;
  }) {
    this.signedIn = request.actor;
    this.requestId = request.requestId;
    this.log = request.log;
    this.wholeDatabase = request.database;
  }

  get isSignedIn(): boolean {
    return this.signedIn !== null;
  }

  /** @throws UNAUTHENTICATED without one. */
  get actor(): Actor {
    if (this.signedIn === null) throw requestError('unauthenticated');
    return this.signedIn;
  }

  /** The tables as the actor's organization has them: row-level security keeps every other one out. */
  get database(): OrganizationDatabase {
    return this.wholeDatabase.within(this.actor.organizationId);
  }

  get loaders(): Loaders {
    this.currentLoaders ??= loadersFor(this.database, this.actor);
    return this.currentLoaders;
  }

  /** Called after a change: what was read before it may no longer hold. */
  forgetReads(): void {
    this.currentLoaders = undefined;
  }
}
