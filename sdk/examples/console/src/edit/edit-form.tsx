import { useLayoutEffect } from 'react';
import { labelOf, roles } from '../labels.js';
import { Form } from '../settings/form.js';
import { SettingsFields } from '../settings/settings-fields.js';
import { ConflictView } from './conflict-view.js';
import type { Snapshot } from './snapshot.js';
import { type EditEvents, useEdit } from './use-edit.js';

interface EditFormProps extends EditEvents {
  settings: Snapshot;
  /** Told whether closing the form would lose something. */
  onUnsaved: (isUnsaved: boolean) => void;
  onCancel: () => void;
}

export function EditForm({ settings, onUnsaved, onCancel, ...events }: EditFormProps) {
  const edit = useEdit(settings, events);
  const { isUnsaved } = edit;
  // Before anything else can happen, such as Escape right after a letter.
  useLayoutEffect(() => {
    onUnsaved(isUnsaved);
    return () => onUnsaved(false);
  }, [isUnsaved, onUnsaved]);
  if (edit.conflict) return <ConflictView edit={edit} conflict={edit.conflict} onCancel={onCancel} />;

  const { base, draft, errors, isSending } = edit;
  const roleOf = (userId: string) => {
    if (userId === base.owner.id) return roles.OWNER;
    const role = base.roles.get(userId);
    return role === undefined ? 'New' : labelOf(roles, role);
  };
  return (
    <Form
      errors={errors}
      isSending={isSending}
      submitLabel={isSending ? 'Saving…' : 'Save settings'}
      onSubmit={() => void edit.save()}
      onCancel={onCancel}
    >
      <SettingsFields
        settings={draft}
        errors={errors}
        currency={base.budget.currency}
        ownerId={base.owner.id}
        roleOf={roleOf}
        membersHint={
          base.owner.__typename === 'Team'
            ? `The team ${base.owner.name} owns the workspace and sees it without being named here.`
            : `${base.owner.name} owns the workspace and stays.`
        }
        onChange={edit.setDraft}
      />
    </Form>
  );
}
