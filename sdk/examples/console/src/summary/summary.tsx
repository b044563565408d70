import type { WorkspaceSummaryQuery } from '@tokenvue/sdk/documents';
import type { ReactNode } from 'react';
import type { Failure } from '../failure.js';
import { environments, labelOf } from '../labels.js';
import { formatMoney } from '../money.js';
import { Problem } from '../ui/problem.js';

type Figures = NonNullable<WorkspaceSummaryQuery['workspaceSummary']>;

interface SummaryProps {
  figures: Figures | null | undefined;
  /** To be told of here. */
  failure: Failure | undefined;
  /** Whether the figures are missing for a reason that the page tells of elsewhere. */
  isMissing: boolean;
  onRetry: () => void;
}

/** The five figures over every workspace that the viewer sees. */
export function Summary({ figures, failure, isMissing, onRetry }: SummaryProps) {
  return (
    <section aria-labelledby="summary-title">
      <h2 id="summary-title" className="visually-hidden">
        Summary
      </h2>
      {failure && !figures ? (
        <Problem failure={failure} onRetry={onRetry} />
      ) : (
        <dl className="summary" aria-busy={!figures && !isMissing}>
          {parts.map(({ label, value }) => (
            <div className="figure" key={label}>
              <dt>{label}</dt>
              <dd>{figures ? value(figures) : isMissing ? <Unknown /> : <span className="skeleton" />}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

const parts: readonly { label: string; value: (figures: Figures) => ReactNode }[] = [
  { label: 'Active workspace', value: ({ activeWorkspace }) => <ActiveWorkspace workspace={activeWorkspace} /> },
  { label: 'Total workspaces', value: ({ totalWorkspaces }) => totalWorkspaces.toLocaleString('en') },
  { label: 'Total monthly budget', value: ({ totalMonthlyBudget }) => formatMoney(totalMonthlyBudget) },
  { label: 'Total active keys', value: ({ totalActiveKeys }) => totalActiveKeys.toLocaleString('en') },
  { label: 'Production workspaces', value: ({ productionWorkspaces }) => productionWorkspaces.toLocaleString('en') },
];

function Unknown() {
  return (
    <span className="figure-none">
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">Not known</span>
    </span>
  );
}

function ActiveWorkspace({ workspace }: { workspace: Figures['activeWorkspace'] }) {
  if (workspace === null) return <span className="figure-none">None selected</span>;
  return (
    <>
      <bdi className="figure-name">{workspace.name}</bdi>{' '}
      <span className="figure-note">{labelOf(environments, workspace.environment)}</span>
    </>
  );
}
