import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  title: string;
  /** What the title is about, such as a workspace's name. */
  subtitle?: string | undefined;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog while it is there. The focus begins at `[data-first]`, else at the title, and goes back where it was. */
export function Dialog({ title, subtitle, onClose, children }: DialogProps) {
  const titleId = useId();
  const ref = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    (dialog?.querySelector<HTMLElement>('[data-first]') ?? dialog?.querySelector('h2'))?.focus();
    // While it is still in the document, since only then does the browser give the focus back.
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // The browser closes it without asking when Escape is pressed twice; an event that comes late finds it open again.
      onClose={() => ref.current?.open === false && onClose()}
    >
      <header className="dialog-header">
        <h2 id={titleId} tabIndex={-1}>
          {title}
          {subtitle !== undefined && <span className="dialog-subtitle">{subtitle}</span>}
        </h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M3.5 3.5l9 9m0-9l-9 9" />
          </svg>
        </button>
      </header>
      {children}
    </dialog>
  );
}
