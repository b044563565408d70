import { useEffect, useRef, useState } from 'react';
import { compare, resolve, type SettingName, type Side } from './conflict.js';
import { DifferenceChoice } from './difference-choice.js';
import type { Conflict, Edit } from './use-edit.js';

interface ConflictViewProps {
  edit: Edit;
  conflict: Conflict;
  onCancel: () => void;
}

/** What somebody else changed meanwhile, beside what the person wants; for each field they choose which goes on. */
export function ConflictView({ edit, conflict: { present, changedBy }, onCancel }: ConflictViewProps) {
  const { base, draft, isSending } = edit;
  const differences = compare(base, present, draft);
  const [choices, setChoices] = useState<Partial<Record<SettingName, Side>>>(() =>
    Object.fromEntries(differences.map(({ name, proposal }) => [name, proposal])),
  );
  const intro = useRef<HTMLDivElement>(null);
  useEffect(() => intro.current?.focus(), []);

  const resolved = resolve(base, present, draft, choices);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending) void edit.goOn(resolved, 'save');
      }}
    >
      <div className="dialog-body">
        <div className="conflict-intro" ref={intro} tabIndex={-1}>
          <p className="problem-title">{changedBy ?? 'Somebody else'} changed this workspace meanwhile</p>
          <p>Nothing of yours is saved yet. Choose for each setting which value goes on.</p>
        </div>
        {base.owner.id !== present.owner.id && (
          <p className="notice">
            It now belongs to {present.owner.name}, before to {base.owner.name}.
          </p>
        )}
        {differences.length === 0 && <p>None of its settings differ from yours now.</p>}
        {differences.map((difference) => (
          <DifferenceChoice
            key={difference.name}
            difference={difference}
            was={base}
            now={present}
            yours={draft}
            side={choices[difference.name]}
            onChoose={(side) => setChoices({ ...choices, [difference.name]: side })}
          />
        ))}
      </div>
      <footer className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="button" onClick={() => void edit.goOn(resolved, 'edit')}>
          Back to the form
        </button>
        <button type="submit" className="button primary" aria-disabled={isSending}>
          Save with these
        </button>
      </footer>
    </form>
  );
}
