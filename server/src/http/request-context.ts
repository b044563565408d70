import type { FastifyBaseLogger } from 'fastify';
import type { Actor } from '../access/actor.js';
import { scopeOf } from '../access/sight.js';
import { SignInRefused } from '../auth/refused-sign-in.js';
import type { Session } from '../auth/session.js';
import type { Database, OrganizationDatabase } from '../database/database.js';
import type { Deadline } from '../database/deadline.js';
import type { Reader, Services } from '../fetch/caller.js';

/** What a request may read, in UTF-16 units: twice what it may answer with, as an answer may be made anew. */
const readMax = 16_000_000;

/** What one request carries: who asks, under which id, and what it has read so far. */
export class RequestContext implements Reader {
  readonly isProduction: boolean;
  readonly services: Services;
  readonly requestId: string;
  readonly log: FastifyBaseLogger;
  readonly deadline: Deadline;
  remembered = new Map<object, unknown>();
  // Private to TypeScript only: Apollo copies the context by its properties.
  private readonly session: Session | null;
  private readonly wholeDatabase: Database;
  private readonly room = { left: readMax };
  private currentDatabase: OrganizationDatabase | undefined;

  constructor(request: {
    session: Session | null;
    requestId: string;
    log: FastifyBaseLogger;
    database: Database;
    isProduction: boolean;
    services: Services;
    deadline: Deadline;
  }) {
    this.session = request.session;
    this.isProduction = request.isProduction;
    this.services = request.services;
    this.requestId = request.requestId;
    this.log = request.log;
    this.wholeDatabase = request.database;
    this.deadline = request.deadline;
  }

  get isSignedIn(): boolean {
    return this.session !== null;
  }

  /** @throws UNAUTHENTICATED without one. */
  get actor(): Actor {
    if (this.session === null) throw new SignInRefused('missing');
    return this.session.actor;
  }

  get database(): OrganizationDatabase {
    this.currentDatabase ??= this.wholeDatabase.within(scopeOf(this.actor), {
      check: this.session ?? undefined,
      limited: this.deadline,
      room: this.room,
    });
    return this.currentDatabase;
  }

  forgetReads(): void {
    this.remembered = new Map();
  }

  /** Whether the actor has been read from the database within this request. */
  get isVerified(): boolean {
    return this.session === null || this.session.isVerified;
  }

  /**
   * Called with the answer: whether it was made for the actor as the database knows them. Else it is thrown away and made
   * again, for the actor as they were read now.
   * @throws UNAUTHENTICATED for somebody who may no longer come in
   */
  async holds(): Promise<boolean> {
    if (this.session === null || this.session.isVerified) return true;
    const holds = await this.session.verify(this.wholeDatabase, this.deadline);
    if (!holds) this.forgetReads();
    return holds;
  }

  async readActorAnew(): Promise<void> {
    await this.session?.verify(this.wholeDatabase, this.deadline);
    this.forgetReads();
  }

  /** What is to be done once the request is answered; null for nothing. */
  get afterRequest(): (() => Promise<void>) | null {
    return this.session?.afterRequest ?? null;
  }
}
