import type { WorkspaceCardFragment } from '@tokenvue/sdk/documents';
import { type ReactNode, useId, useState } from 'react';
import { environments, labelOf, regions, statuses } from '../labels.js';
import { formatMoney } from '../money.js';

interface CardProps {
  card: WorkspaceCardFragment;
  onSelect: (card: WorkspaceCardFragment) => Promise<void>;
  onEdit: (card: WorkspaceCardFragment) => void;
}

export function Card({ card, onSelect, onEdit }: CardProps) {
  const titleId = useId();
  return (
    <article className="card" aria-labelledby={titleId} aria-current={card.isActive || undefined} tabIndex={-1}>
      <header className="card-header">
        <h3 id={titleId}>
          <bdi>{card.name}</bdi>
        </h3>
        {card.isActive && <span className="badge">Active workspace</span>}
      </header>
      <dl className="card-fields">
        <CardField label="Owner">
          <bdi>{card.owner.name}</bdi>
          {card.owner.__typename === 'Team' && <span className="muted"> team</span>}
        </CardField>
        <CardField label="Environment">
          <span className={`dot environment-${card.environment.toLowerCase()}`} />
          {labelOf(environments, card.environment)}
        </CardField>
        <CardField label="Status">
          <span className={`dot status-${card.status.toLowerCase()}`} />
          {labelOf(statuses, card.status)}
        </CardField>
        <CardField label="Region">{labelOf(regions, card.region)}</CardField>
        <CardField label="Monthly budget">{formatMoney(card.monthlyBudget)}</CardField>
        <CardField label="Members">{card.memberCount.toLocaleString('en')}</CardField>
        <CardField label="Active keys">{card.activeKeyCount.toLocaleString('en')}</CardField>
      </dl>
      <footer className="card-actions">
        <SelectButton card={card} onSelect={onSelect} />
        <button type="button" className="button quiet" onClick={() => onEdit(card)}>
          Settings<span className="visually-hidden"> of {card.name}</span>
        </button>
      </footer>
    </article>
  );
}

function CardField({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Stays where it is when the workspace is active, so that the focus stays too. */
function SelectButton({ card, onSelect }: Pick<CardProps, 'card' | 'onSelect'>) {
  const [isSelecting, setSelecting] = useState(false);
  const isIdle = !card.isActive && !isSelecting;

  const select = async () => {
    setSelecting(true);
    await onSelect(card);
    setSelecting(false);
  };
  return (
    <button
      type="button"
      className="button"
      aria-disabled={!isIdle}
      onClick={() => {
        if (isIdle) void select();
      }}
    >
      {card.isActive ? 'Selected' : 'Select'}
      <span className="visually-hidden"> {card.name}</span>
    </button>
  );
}
