import { useApolloClient, useMutation } from '@apollo/client/react';
import { UpdateWorkspaceSettingsDocument, type UpdateWorkspaceSettingsMutation } from '@tokenvue/sdk/documents';
import { useState } from 'react';
import { failureOf, failureText } from '../failure.js';
import { refresh } from '../refresh.js';
import { type FormErrors, firstOf, formErrors, noErrors } from '../settings/field-errors.js';
import { findingsBeforeSending, type Settings } from '../settings/settings.js';
import { useIsThere } from '../ui/use-is-there.js';
import { readLastChanger, readMembers } from './read-settings.js';
import { changeOf, type Snapshot } from './snapshot.js';

/** What somebody else did while the form was open. */
export interface Conflict {
  readonly present: Snapshot;
  readonly changedBy: string | null;
}

/** How an edit ends; `gone` is one of which nothing was saved. */
export type Outcome = 'saved' | 'unchanged' | 'sightLost' | 'gone';

export interface EditEvents {
  onEnd: (outcome: Outcome) => void;
  /** Nothing was saved, and the form was closed before that was known. */
  onLateRefusal: (reason: string) => void;
}

export interface Edit {
  /** What the draft is compared with: the settings as read, or the present ones after a conflict. */
  readonly base: Snapshot;
  readonly draft: Settings;
  readonly errors: FormErrors;
  readonly conflict: Conflict | null;
  readonly isSending: boolean;
  /** Whether the draft holds something that would be lost. */
  readonly isUnsaved: boolean;
  setDraft(draft: Settings): void;
  save(): Promise<void>;
  /** Goes on from the present settings with this draft: sends it, or lets the person work on it. */
  goOn(draft: Settings, how: 'save' | 'edit'): Promise<void>;
}

/** The life of an edit: draft, refusal, conflict, saved. */
export function useEdit(initial: Snapshot, { onEnd, onLateRefusal }: EditEvents): Edit {
  const client = useApolloClient();
  const [base, setBase] = useState(initial);
  const [draft, setDraft] = useState<Settings>(initial);
  const [errors, setErrors] = useState<FormErrors>(noErrors);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [isSending, setSending] = useState(false);
  const [update] = useMutation(UpdateWorkspaceSettingsDocument);
  const isThere = useIsThere();
  const tell = (wrong: FormErrors) => (isThere() ? setErrors(wrong) : onLateRefusal(firstOf(wrong)));

  const send = async (from: Snapshot, settings: Settings) => {
    const change = changeOf(from, settings);
    if (Object.keys(change).length === 0) return onEnd('unchanged');
    const input = { workspaceId: from.id, expectedVersion: from.version, ...change };
    const payload = (await update({ variables: { input } })).data?.updateWorkspaceSettings ?? null;
    if (payload?.conflictingWorkspace) return showConflict(from, payload.conflictingWorkspace);
    if (payload === null || payload.userErrors.length > 0) {
      const names = settings.members.map(({ name }) => name);
      tell(formErrors(payload?.userErrors ?? [], names));
      // It may be archived, or another's by now. The form doesn't wait for that.
      void refresh(client);
      return;
    }
    if (payload.workspace === null) client.cache.evict({ id: `Workspace:${from.id}` });
    // The filters and the order may put it elsewhere now.
    await refresh(client);
    onEnd(payload.workspace === null ? 'sightLost' : 'saved');
  };

  const showConflict = async (from: Snapshot, workspace: Conflicting) => {
    const [present, changedBy] = await Promise.all([readMembers(client, workspace), readLastChanger(client, from)]);
    if (present === null) onEnd('gone');
    else if (isThere()) setConflict({ present, changedBy });
    else onLateRefusal(`${changedBy ?? 'Somebody else'} changed this workspace meanwhile.`);
  };

  const trySending = async (from: Snapshot, settings: Settings) => {
    const findings = findingsBeforeSending(settings);
    setErrors(findings ?? noErrors);
    if (findings) return;
    setSending(true);
    await send(from, settings).catch((error) => tell({ ...noErrors, form: [failureText(failureOf(error))] }));
    setSending(false);
  };

  return {
    base,
    draft,
    errors,
    conflict,
    isSending,
    isUnsaved: !isSending && Object.keys(changeOf(base, draft)).length > 0,
    // What is typed while it is sent would be gone with the form.
    setDraft: (next) => {
      if (!isSending) setDraft(next);
    },
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
