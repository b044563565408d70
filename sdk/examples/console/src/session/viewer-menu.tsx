import { useQuery } from '@apollo/client/react';
import { ViewerDocument } from '@tokenvue/sdk/documents';
import { useSession } from './use-session.js';

/** Who is signed in, and the way out. */
export function ViewerMenu() {
  const viewer = useQuery(ViewerDocument).data?.viewer;
  const session = useSession();
  return (
    <div className="viewer">
      {viewer && (
        <p>
          <span className="visually-hidden">Signed in as </span>
          <strong>{viewer.user?.name ?? 'A service'}</strong>
          <span className="viewer-teams">
            {viewer.organizationRole === 'ADMIN'
              ? 'Organization admin'
              : viewer.teams.map(({ name }) => name).join(', ')}
          </span>
        </p>
      )}
      <button type="button" className="button quiet" onClick={() => void session.signOut()}>
        Sign out
      </button>
    </div>
  );
}
