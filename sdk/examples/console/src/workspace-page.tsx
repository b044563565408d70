import { useQuery } from '@apollo/client/react';
import { type WorkspaceCardFragment, WorkspaceSummaryDocument } from '@tokenvue/sdk/documents';
import { useState } from 'react';
import { CardList } from './cards/card-list.js';
import { useCards } from './cards/use-cards.js';
import { CreateDialog } from './create/create-dialog.js';
import { EditDialog } from './edit/edit-dialog.js';
import { failureOf } from './failure.js';
import { FilterBar } from './filters/filter-bar.js';
import { isFiltered, noFilters } from './filters/filters.js';
import { useFilters } from './filters/use-filters.js';
import { ViewerMenu } from './session/viewer-menu.js';
import { Summary } from './summary/summary.js';
import { Wordmark } from './ui/wordmark.js';

export function WorkspacePage() {
  const [filters, setFilters] = useFilters();
  const cards = useCards(filters);
  const summary = useQuery(WorkspaceSummaryDocument);
  const [isCreating, setCreating] = useState(false);
  const [edited, setEdited] = useState<WorkspaceCardFragment | null>(null);

  // What keeps both from being shown is told of once, by the cards.
  const summaryFailure = summary.error && !cards.failure ? failureOf(summary.error) : undefined;
  const clearFilters = () => setFilters({ ...noFilters, order: filters.order });
  const isEmpty = cards.nodes?.length === 0 && !isFiltered(filters);
  return (
    <>
      <header className="page-header">
        <Wordmark />
        <ViewerMenu />
      </header>
      <main>
        <div className="page-title">
          <h1>Workspaces</h1>
          <button type="button" className="button primary" onClick={() => setCreating(true)}>
            New workspace
          </button>
        </div>
        <Summary
          figures={summary.data?.workspaceSummary}
          failure={summaryFailure}
          isMissing={summary.error !== undefined}
          onRetry={cards.retry}
        />
        <section aria-labelledby="cards-title" className="page-cards">
          <h2 id="cards-title" className="visually-hidden" data-focus-rest tabIndex={-1}>
            All workspaces
          </h2>
          {!isEmpty && <FilterBar filters={filters} onChange={setFilters} />}
          <CardList
            cards={cards}
            isFiltered={isFiltered(filters)}
            onCreate={() => setCreating(true)}
            onClearFilters={clearFilters}
            onEdit={setEdited}
          />
        </section>
      </main>
      {isCreating && (
        <CreateDialog
          currency={summary.data?.workspaceSummary?.totalMonthlyBudget.currency}
          onClose={() => setCreating(false)}
          onShow={(name) => setFilters({ ...noFilters, search: name })}
        />
      )}
      {edited && <EditDialog workspace={edited} onClose={() => setEdited(null)} />}
    </>
  );
}
