export function NoWorkspaces({ onCreate }: { onCreate: () => void }) {
  return (
    <div className="empty">
      <EmptyMark />
      <h3>No workspaces yet</h3>
      <p>A workspace holds the keys, the budget and the people of one purpose. Create the first one.</p>
      <button type="button" className="button primary" onClick={onCreate}>
        New workspace
      </button>
    </div>
  );
}

export function NothingMatches({ onClearFilters }: { onClearFilters: () => void }) {
  return (
    <div className="empty">
      <EmptyMark />
      <h3>No workspace matches</h3>
      <p>None of the workspaces that you can see fits the search and the filters.</p>
      <button type="button" className="button" onClick={onClearFilters}>
        Clear filters
      </button>
    </div>
  );
}

/** Cards without anything on them. */
function EmptyMark() {
  return (
    <svg className="empty-mark" viewBox="0 0 64 48" width="64" height="48" aria-hidden="true">
      <rect x="14.5" y="1.5" width="35" height="24" rx="5" />
      <rect x="8.5" y="9.5" width="47" height="26" rx="6" />
      <rect x="1.5" y="18.5" width="61" height="28" rx="7" />
    </svg>
  );
}
