import { useLayoutEffect, useRef } from 'react';
import { useSession } from './use-session.js';

/** Above everything else, also above an open dialog, whose text stays: only the person can go on with the session. */
export function SessionEnded({ problem }: { problem: string | undefined }) {
  const session = useSession();
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby="session-ended" onCancel={(event) => event.preventDefault()}>
      <header className="dialog-header">
        <h2 id="session-ended">Your session has ended</h2>
      </header>
      <p>Sign in again in a window of its own. What you have typed stays, and what was under way goes on.</p>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => void session.signOut()}>
          Sign out
        </button>
        <button type="button" className="button primary" onClick={() => void session.signInAgain()}>
          Sign in again
        </button>
      </div>
    </dialog>
  );
}
