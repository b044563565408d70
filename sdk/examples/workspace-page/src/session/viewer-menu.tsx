import { useQuery } from '@apollo/client/react';
import { ViewerDocument } from '@tokenvue/sdk/documents';
import { use } from 'react';
import { SignOut } from './sign-out.js';

/** Who is signed in, and the way out. */
export function ViewerMenu() {
  const viewer = useQuery(ViewerDocument).data?.viewer;
  const signOut = use(SignOut);
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
      <button type="button" className="button quiet" onClick={signOut}>
        Sign out
      </button>
    </div>
  );
}
