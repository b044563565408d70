import { type ReactNode, useId } from 'react';
import { environments, labelOf, regions } from '../labels.js';
import { formatMoney } from '../money.js';
import type { Settings } from '../settings/settings.js';
import { type Difference, merged, type SettingName, type Side } from './conflict.js';
import { peopleWithout, type Snapshot } from './snapshot.js';

interface DifferenceChoiceProps {
  difference: Difference;
  was: Snapshot;
  now: Snapshot;
  yours: Settings;
  side: Side | undefined;
  onChoose: (side: Side) => void;
}

const titles: Record<SettingName, string> = {
  environment: 'Environment',
  region: 'Region',
  monthlyBudget: 'Monthly budget',
  members: 'Members',
};

function sideLabel(side: Side, isChangedByYou: boolean): string {
  switch (side) {
    case 'yours':
      return isChangedByYou ? 'Yours' : 'As it was';
    case 'present':
      return 'Now';
    case 'both':
      return 'Both';
  }
}

/** One setting: what it was, and the values to choose from. */
export function DifferenceChoice({ difference, was, now, yours, side, onChoose }: DifferenceChoiceProps) {
  const { name, isChangedByOthers, isChangedByYou, sides } = difference;
  const radioName = useId();
  const show = (settings: Settings) => <Value name={name} settings={settings} was={was} />;
  const values: Record<Side, () => ReactNode> = {
    yours: () => show(yours),
    present: () => show(now),
    both: () => show({ ...yours, members: merged(was, now, yours) }),
  };
  return (
    <fieldset className="difference">
      <legend>{titles[name]}</legend>
      <p className="difference-was">
        <span>Was</span> {name === 'members' ? <PeopleNames people={was.members} /> : show(was)}
        {!isChangedByOthers && <em> Nobody else changed it.</em>}
      </p>
      {sides.length === 0 ? (
        <p className="difference-same">You both made it {show(now)}.</p>
      ) : (
        sides.map((option) => (
          <label className="difference-side" key={option}>
            <input type="radio" name={radioName} checked={side === option} onChange={() => onChoose(option)} />
            <span className="difference-label">{sideLabel(option, isChangedByYou)}</span>
            <span className="difference-value">{values[option]()}</span>
          </label>
        ))
      )}
    </fieldset>
  );
}

function Value({ name, settings, was }: { name: SettingName; settings: Settings; was: Snapshot }): ReactNode {
  switch (name) {
    case 'environment':
      return labelOf(environments, settings.environment);
    case 'region':
      return labelOf(regions, settings.region);
    case 'monthlyBudget':
      return formatMoney({ ...was.budget, amount: settings.monthlyBudget.trim() });
    case 'members':
      return <PeopleChange was={was.members} people={settings.members} />;
  }
}

/** A set of people as what became of the one before: "without Bruno, with Keza". */
function PeopleChange({ was, people }: { was: Settings['members']; people: Settings['members'] }): ReactNode {
  const added = peopleWithout(people, was);
  const removed = peopleWithout(was, people);
  if (added.length + removed.length === 0) return 'the same people as before';
  return (
    <>
      {removed.length > 0 && <span className="people-removed">without {namesOf(removed)}</span>}
      {removed.length > 0 && added.length > 0 && ', '}
      {added.length > 0 && <span className="people-added">with {namesOf(added)}</span>}
    </>
  );
}

function PeopleNames({ people }: { people: Settings['members'] }): ReactNode {
  return people.length === 0 ? 'nobody' : namesOf(people);
}

function namesOf(people: Settings['members']): string {
  return new Intl.ListFormat('en').format(people.map(({ name }) => name));
}
