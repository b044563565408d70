import { useApolloClient } from '@apollo/client/react';
import type { WorkspaceCardFragment } from '@tokenvue/sdk/documents';
import { use, useCallback, useEffect, useState } from 'react';
import { type Failure, failureOf } from '../failure.js';
import { refresh } from '../refresh.js';
import { Dialog } from '../ui/dialog.js';
import { Problem } from '../ui/problem.js';
import { Announce } from '../ui/status.js';
import { useIsThere } from '../ui/use-is-there.js';
import { EditForm } from './edit-form.js';
import { readSettings } from './read-settings.js';
import { SettingsView } from './settings-view.js';
import type { Snapshot } from './snapshot.js';
import type { Outcome } from './use-edit.js';

interface EditDialogProps {
  workspace: WorkspaceCardFragment;
  onClose: () => void;
}

/** The settings of a workspace, read afresh: to change, or to read where the viewer may not. */
export function EditDialog({ workspace: { id, name }, onClose }: EditDialogProps) {
  const announce = use(Announce);
  const client = useApolloClient();
  const { settings, failure, retry } = useSettings(id);
  const [lost, setLost] = useState<string | null>(null);
  const [isUnsaved, setUnsaved] = useState(false);
  const isThere = useIsThere();

  const missing = `${name} is archived or gone, or you may no longer see it.`;
  const onEnd = (outcome: Outcome) => {
    const sentence = {
      saved: `The settings of ${name} were saved.`,
      unchanged: `${name} stays as it is.`,
      sightLost: `Saved. You are no longer among those who see ${name}.`,
      gone: `Nothing was saved. ${missing}`,
    }[outcome];
    const isLost = outcome === 'sightLost' || outcome === 'gone';
    if (isLost && isThere()) return setLost(sentence);
    announce({ text: sentence });
    // Another dialog may be open by the time of a late answer.
    if (isThere()) onClose();
  };
  const closeMissing = () => {
    client.cache.evict({ id: `Workspace:${id}` });
    void refresh(client);
    onClose();
  };
  return (
    <Dialog title="Settings" subtitle={name} isUnsaved={isUnsaved} onClose={onClose}>
      {lost !== null || settings === null ? (
        <OutOfSight text={lost ?? missing} onClose={closeMissing} />
      ) : failure ? (
        <div className="dialog-body">
          <Problem failure={failure} onRetry={retry} />
        </div>
      ) : settings === undefined ? (
        <LoadingSettings />
      ) : settings.isEditable ? (
        <EditForm
          settings={settings}
          onEnd={onEnd}
          onLateRefusal={(reason) => announce({ text: `The settings of ${name} were not saved. ${reason}` })}
          onUnsaved={setUnsaved}
          onCancel={onClose}
        />
      ) : (
        <SettingsView settings={settings} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface ReadSettings {
  /** Null where the viewer sees no such workspace, undefined while nothing is known. */
  settings: Snapshot | null | undefined;
  failure: Failure | undefined;
  retry: () => void;
}

function useSettings(id: string): ReadSettings {
  const client = useApolloClient();
  const [settings, setSettings] = useState<Snapshot | null>();
  const [failure, setFailure] = useState<Failure>();
  const read = useCallback(() => {
    setFailure(undefined);
    readSettings(client, id).then(setSettings, (error) => setFailure(failureOf(error)));
  }, [client, id]);
  useEffect(read, [read]);
  return { settings, failure, retry: read };
}

function LoadingSettings() {
  return (
    <div className="dialog-body" aria-busy="true">
      <p className="visually-hidden" role="status">
        Loading settings
      </p>
      <span className="skeleton" />
      <span className="skeleton" />
      <span className="skeleton" />
    </div>
  );
}

function OutOfSight({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <>
      <div className="dialog-body">
        <p role="alert">{text}</p>
      </div>
      <footer className="dialog-actions">
        <button type="button" className="button primary" onClick={onClose}>
          Back to the workspaces
        </button>
      </footer>
    </>
  );
}
