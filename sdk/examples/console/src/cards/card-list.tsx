import type { WorkspaceCardFragment } from '@tokenvue/sdk/documents';
import { useLayoutEffect, useRef } from 'react';
import { countOf } from '../labels.js';
import { Problem } from '../ui/problem.js';
import { Card } from './card.js';
import { NothingMatches, NoWorkspaces } from './empty.js';
import { MoreCards } from './more-cards.js';
import type { Cards } from './use-cards.js';
import { useSelectWorkspace } from './use-select-workspace.js';

interface CardListProps {
  cards: Cards;
  isFiltered: boolean;
  onCreate: () => void;
  onClearFilters: () => void;
  onEdit: (card: WorkspaceCardFragment) => void;
}

/** The cards in whatever state they are: loading, failed, none, or some with more to come. */
export function CardList({ cards, isFiltered, onCreate, onClearFilters, onEdit }: CardListProps) {
  const { nodes, failure, isStale } = cards;
  const list = useRef<HTMLUListElement>(null);
  /** Somebody who loads more by the button goes on at the first new card, once it is there. */
  const focusAt = useRef<number>(null);
  const count = nodes?.length ?? 0;
  useLayoutEffect(() => {
    if (focusAt.current === null || focusAt.current >= count) return;
    list.current?.querySelectorAll<HTMLElement>('.card')[focusAt.current]?.focus();
    focusAt.current = null;
  }, [count]);
  const select = useSelectWorkspace();

  const content = () => {
    if (failure) return <Problem failure={failure} onRetry={cards.retry} />;
    if (nodes === undefined) return <CardSkeletons />;
    if (nodes.length > 0) return filled(nodes);
    return isFiltered ? <NothingMatches onClearFilters={onClearFilters} /> : <NoWorkspaces onCreate={onCreate} />;
  };
  const filled = (shown: readonly WorkspaceCardFragment[]) => (
    <>
      <ul className="cards" ref={list} aria-busy={isStale}>
        {shown.map((card) => (
          <li key={card.id}>
            <Card card={card} onSelect={select} onEdit={onEdit} />
          </li>
        ))}
      </ul>
      <MoreCards
        cards={cards}
        onLoadByButton={() => {
          focusAt.current = count;
        }}
      />
    </>
  );
  return (
    <>
      {/* There in every state: screen readers tell what changes in it, and not what comes with it. */}
      <p className="count" role="status">
        {failure === undefined && countSentence(cards, isFiltered)}
      </p>
      {content()}
    </>
  );
}

function countSentence({ nodes, totalCount, isStale }: Cards, isFiltered: boolean): string {
  if (nodes === undefined || isStale) return 'Loading workspaces';
  const count = countOf(totalCount, 'workspace');
  return [
    nodes.length < totalCount ? `${nodes.length} of ${count}` : count,
    isFiltered && (totalCount === 1 ? 'matches' : 'match'),
  ]
    .filter(Boolean)
    .join(' ');
}

function CardSkeletons() {
  return (
    <div className="cards" aria-busy="true">
      {[1, 2, 3, 4, 5, 6].map((key) => (
        <div className="card card-skeleton" key={key}>
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      ))}
    </div>
  );
}
