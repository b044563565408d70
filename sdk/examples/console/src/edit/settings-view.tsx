import { environments, labelOf, regions } from '../labels.js';
import { formatMoney } from '../money.js';
import type { Snapshot } from './snapshot.js';

/** The settings for who may read but not change them. */
export function SettingsView({ settings, onClose }: { settings: Snapshot; onClose: () => void }) {
  const { environment, region, budget, owner, members } = settings;
  return (
    <>
      <div className="dialog-body">
        <p className="notice">Your role in this workspace lets you read its settings, not change them.</p>
        <dl className="settings-view">
          <dt>Owner</dt>
          <dd>{owner.name}</dd>
          <dt>Environment</dt>
          <dd>{labelOf(environments, environment)}</dd>
          <dt>Region</dt>
          <dd>{labelOf(regions, region)}</dd>
          <dt>Monthly budget</dt>
          <dd>{formatMoney(budget)}</dd>
          <dt>Members</dt>
          <dd>{members.map(({ name }) => name).join(', ') || 'None'}</dd>
        </dl>
      </div>
      <footer className="dialog-actions">
        <button type="button" className="button primary" onClick={onClose}>
          Close
        </button>
      </footer>
    </>
  );
}
