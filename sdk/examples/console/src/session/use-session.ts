import { createContext, use, useSyncExternalStore } from 'react';
import type { Session, SessionState } from './session.js';

export const SessionContext = createContext<Session | null>(null);

/** The page's session. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error('There is no session around this component.');
  return session;
}

export function useSessionState(session: Session): SessionState {
  return useSyncExternalStore(session.subscribe, () => session.state);
}
