import type { ReactNode } from 'react';
import type { Failure } from '../failure.js';
import { useSession } from '../session/use-session.js';

const titles: Record<Failure['kind'], string> = {
  offline: 'No connection',
  signedOut: 'Signed out',
  other: 'Something went wrong',
};

/** Why there is nothing to show, and what to do about it. */
export function Problem({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const session = useSession();
  return (
    <div className="problem" role="alert">
      <p className="problem-title">{titles[failure.kind]}</p>
      <p>{failure.message}</p>
      <RequestId failure={failure} />
      {failure.kind === 'signedOut' ? (
        <button type="button" className="button" onClick={() => void session.signOut()}>
          Sign in again
        </button>
      ) : (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function RequestId({ failure: { requestId } }: { failure: Failure }): ReactNode {
  return (
    requestId !== undefined && (
      <p className="small">
        Request <code>{requestId}</code>
      </p>
    )
  );
}
