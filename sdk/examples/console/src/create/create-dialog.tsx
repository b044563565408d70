import { useApolloClient, useMutation } from '@apollo/client/react';
import { CreateWorkspaceDocument } from '@tokenvue/sdk/documents';
import { use, useState } from 'react';
import { failureOf, failureText } from '../failure.js';
import { refresh } from '../refresh.js';
import { type FormErrors, firstOf, noErrors } from '../settings/field-errors.js';
import { Form } from '../settings/form.js';
import { findingsBeforeSending, pickedOf, type Settings } from '../settings/settings.js';
import { SettingsFields } from '../settings/settings-fields.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { Announce } from '../ui/status.js';
import { useIsThere } from '../ui/use-is-there.js';
import { createErrors } from './create-errors.js';
import { newIdempotencyKey } from './idempotency-key.js';

interface CreateDialogProps {
  currency: string | undefined;
  onClose: () => void;
  /** Shows the new workspace among the cards. */
  onShow: (name: string) => void;
}

const preset = { environment: 'SANDBOX', region: 'GLOBAL' } as const;
const blank: Settings = { ...preset, monthlyBudget: '', members: [] };

export function CreateDialog({ currency, onClose, onShow }: CreateDialogProps) {
  const announce = use(Announce);
  // One for the opened form: however often it is sent, it makes one workspace.
  const [idempotencyKey] = useState(newIdempotencyKey);
  const [name, setName] = useState('');
  const [settings, setSettings] = useState(blank);
  const [errors, setErrors] = useState<FormErrors>(noErrors);
  const client = useApolloClient();
  const isThere = useIsThere();
  const [create, { loading }] = useMutation(CreateWorkspaceDocument);
  // Somebody who has closed the form before its answer came is told too.
  const tell = (wrong: FormErrors) =>
    isThere() ? setErrors(wrong) : announce({ text: `${name.trim() || 'New workspace'}: ${firstOf(wrong)}` });

  // What is typed while it is sent would be gone with the form.
  const edit = (change: () => void) => {
    if (!loading) change();
  };
  const send = async () => {
    const findings = findingsBeforeSending(settings);
    if (findings) return setErrors(findings);
    const { members, monthlyBudget } = settings;
    const input = {
      ...preset,
      ...pickedOf(settings),
      name,
      monthlyBudget: monthlyBudget.trim(),
      memberIds: members.map(({ id }) => id),
      idempotencyKey,
    };
    try {
      const payload = (await create({ variables: { input } })).data?.createWorkspace;
      if (!payload?.workspace) return tell(createErrors(payload?.userErrors ?? [], members));
      void refresh(client);
      const created = payload.workspace.name;
      announce({ text: `${created} was created.`, action: { label: 'Show it', run: () => onShow(created) } });
      if (isThere()) onClose();
    } catch (error) {
      tell({ ...noErrors, form: [failureText(failureOf(error))] });
    }
  };

  return (
    <Dialog title="New workspace" isUnsaved={!loading && (name !== '' || settings !== blank)} onClose={onClose}>
      <Form
        errors={errors}
        isSending={loading}
        submitLabel={loading ? 'Creating…' : 'Create workspace'}
        onSubmit={() => void send()}
        onCancel={onClose}
      >
        <Field label="Name" errors={errors.fields.name} hint="Unique in the organization, and fixed for ever.">
          {(control) => (
            <input
              {...control}
              data-first
              autoComplete="off"
              value={name}
              onChange={(event) => edit(() => setName(event.target.value))}
            />
          )}
        </Field>
        <SettingsFields
          settings={settings}
          currency={currency}
          errors={errors}
          membersHint="From your team access. You become the owner and a member yourself."
          onChange={(next) => edit(() => setSettings(next))}
        />
      </Form>
    </Dialog>
  );
}
