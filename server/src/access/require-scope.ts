import { requestError } from '../errors.js';
import { mayAnywhere, type Permission, scopesFor } from './permissions.js';
import { logRefusal, type Requester } from './refusal-log.js';

/**
 * Lets those pass who hold the permission anywhere: to read that is every person, and services with a scope for it.
 * @throws FORBIDDEN
 */
export function requireScope(requester: Requester, permission: Permission): void {
  if (mayAnywhere(requester.actor, permission)) return;
  logRefusal(requester, permission);
  const scopes = scopesFor(permission).join(' or ');
  if (scopes === '') throw requestError('personNeeded');
  if (requester.actor.kind === 'USER') throw requestError('serviceNeeded');
  throw requestError('scopeMissing', `The service token needs the scope ${scopes} for this.`);
}
