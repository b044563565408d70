import { useApolloClient, useMutation } from '@apollo/client/react';
import {
  UpdateWorkspaceSettingsDocument,
  type UpdateWorkspaceSettingsMutation,
  WorkspaceSummaryDocument,
  WorkspacesDocument,
} from '@tokenvue/sdk/documents';
import { useState } from 'react';
import { failureOf, failureText } from '../failure.js';
import { type FormErrors, formErrors, noErrors } from '../settings/field-errors.js';
import { findingsBeforeSending, type Settings } from '../settings/settings.js';
import { readLastChanger, readMembers } from './read-settings.js';
import { changeOf, type Snapshot } from './snapshot.js';

/** What somebody else did while the form was open. */
export interface Conflict {
  readonly present: Snapshot;
  readonly changedBy: string | null;
}

export type Saved = 'saved' | 'unchanged' | 'sightLost';

export interface Edit {
  /** What the draft is compared with: the settings as read, or the present ones after a conflict. */
  readonly base: Snapshot;
  readonly draft: Settings;
  readonly errors: FormErrors;
  readonly conflict: Conflict | null;
  readonly isSending: boolean;
  setDraft(draft: Settings): void;
  save(): Promise<void>;
  /** Goes on from the present settings with this draft: sends it, or lets the person work on it. */
  goOn(draft: Settings, how: 'save' | 'edit'): Promise<void>;
}

/** The life of an edit: draft, refusal, conflict, saved. */
export function useEdit(initial: Snapshot, onSaved: (saved: Saved) => void): Edit {
  const client = useApolloClient();
  const [base, setBase] = useState(initial);
  const [draft, setDraft] = useState<Settings>(initial);
  const [errors, setErrors] = useState<FormErrors>(noErrors);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [isSending, setSending] = useState(false);
  const [update] = useMutation(UpdateWorkspaceSettingsDocument);

  const send = async (from: Snapshot, settings: Settings) => {
    const change = changeOf(from, settings);
    if (Object.keys(change).length === 0) return onSaved('unchanged');
    const input = { workspaceId: from.id, expectedVersion: from.version, ...change };
    const payload = (await update({ variables: { input } })).data?.updateWorkspaceSettings ?? null;
    if (payload?.conflictingWorkspace) return showConflict(from, payload.conflictingWorkspace);
    if (payload === null || payload.userErrors.length > 0) {
      const names = settings.members.map(({ name }) => name);
      return setErrors(formErrors(payload?.userErrors ?? [], names));
    }
    // What is gone from sight leaves the list, whose place in the order and whose count the server knows.
    if (payload.workspace === null) client.cache.evict({ id: `Workspace:${from.id}` });
    const shown =
      payload.workspace === null ? [WorkspaceSummaryDocument, WorkspacesDocument] : [WorkspaceSummaryDocument];
    // It is saved, whether or not the page can be brought up to date.
    await client.refetchQueries({ include: shown }).catch(() => {});
    onSaved(payload.workspace === null ? 'sightLost' : 'saved');
  };

  const showConflict = async (from: Snapshot, workspace: Conflicting) => {
    const [present, changedBy] = await Promise.all([readMembers(client, workspace), readLastChanger(client, from)]);
    if (present === null) onSaved('sightLost');
    else setConflict({ present, changedBy });
  };

  const trySending = async (from: Snapshot, settings: Settings) => {
    const findings = findingsBeforeSending(settings);
    setErrors(findings ?? noErrors);
    if (findings) return;
    setSending(true);
    await send(from, settings).catch((error) => setErrors({ ...noErrors, form: [failureText(failureOf(error))] }));
    setSending(false);
  };

  return {
    base,
    draft,
    errors,
    conflict,
    isSending,
    setDraft,
    save: () => trySending(base, draft),
    goOn: async (resolved, how) => {
      if (conflict === null) return;
      setBase(conflict.present);
      setDraft(resolved);
      setConflict(null);
      if (how === 'save') await trySending(conflict.present, resolved);
    },
  };
}

type Conflicting = NonNullable<
  NonNullable<UpdateWorkspaceSettingsMutation['updateWorkspaceSettings']>['conflictingWorkspace']
>;
