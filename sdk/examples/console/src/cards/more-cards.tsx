import { useEffect, useRef } from 'react';
import { Problem } from '../ui/problem.js';
import type { Cards } from './use-cards.js';

/** Well before the end of the list is in sight. */
const ahead = '600px 0px';

interface MoreCardsProps {
  cards: Cards;
  onLoadByButton: () => void;
}

/** Loads the next page when the end of the list comes near, and at a button for who does not scroll. */
export function MoreCards({ cards, onLoadByButton }: MoreCardsProps) {
  const { hasMore, isLoadingMore, moreFailure, isStale, loadMore } = cards;
  const end = useRef<HTMLDivElement>(null);
  const isReady = hasMore && !isLoadingMore && !isStale && moreFailure === undefined;

  useEffect(() => {
    if (!isReady || end.current === null) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void loadMore(), {
      rootMargin: ahead,
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isReady, loadMore]);

  const loadByButton = () => {
    onLoadByButton();
    void loadMore();
  };
  if (moreFailure) return <Problem failure={moreFailure} onRetry={loadByButton} />;
  if (!hasMore) return null;
  return (
    <div className="more" ref={end}>
      <button
        type="button"
        className="button"
        aria-disabled={isLoadingMore}
        onClick={() => {
          if (!isLoadingMore) loadByButton();
        }}
      >
        {isLoadingMore ? 'Loading more…' : 'Load more'}
      </button>
    </div>
  );
}
