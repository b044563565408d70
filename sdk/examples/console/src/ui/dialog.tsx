import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  title: string;
  /** What the title is about, such as a workspace's name. */
  subtitle?: string | undefined;
  /** Whether something was entered that would be lost. */
  isUnsaved?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog while it is there. The focus begins at `[data-first]`, else at the title, and goes back where it was.
 * Closing it, or the page, in passing asks first where something would be lost.
 */
export function Dialog({ title, subtitle, isUnsaved = false, onClose, children }: DialogProps) {
  const titleId = useId();
  const ref = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    (dialog?.querySelector<HTMLElement>('[data-first]') ?? dialog?.querySelector('h2'))?.focus();
    // While it is still in the document, since only then does the browser give the focus back.
    return () => dialog?.close();
  }, []);
  useEffect(() => {
    if (!isUnsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isUnsaved]);

  const leave = () => {
    if (!isUnsaved || window.confirm('What you have entered is not saved. Close it nevertheless?')) onClose();
    else if (ref.current?.open === false) ref.current.showModal();
  };

  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // One that can't be prevented closes it, and asks then.
        if (!event.cancelable) return;
        event.preventDefault();
        leave();
      }}
      // The browser closes it without asking when Escape is pressed twice; an event that comes late finds it open again.
      onClose={() => ref.current?.open === false && leave()}
    >
      <header className="dialog-header">
        <h2 id={titleId} data-focus-rest tabIndex={-1}>
          {title}
          {subtitle !== undefined && <bdi className="dialog-subtitle">{subtitle}</bdi>}
        </h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={leave}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M3.5 3.5l9 9m0-9l-9 9" />
          </svg>
        </button>
      </header>
      {children}
    </dialog>
  );
}
