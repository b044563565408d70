import { type ReactNode, useEffect, useRef } from 'react';
import type { FormErrors } from './field-errors.js';

interface FormProps {
  errors: FormErrors;
  isSending: boolean;
  submitLabel: string;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** The frame of a form in a dialog. After a refusal the focus goes to the first thing that is wrong. */
export function Form({ errors, isSending, submitLabel, onSubmit, onCancel, children }: FormProps) {
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (errors.form.length + Object.keys(errors.fields).length === 0) return;
    ref.current?.querySelector<HTMLElement>('.form-errors, [aria-invalid="true"]')?.focus();
  }, [errors]);

  return (
    <form
      ref={ref}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending) onSubmit();
      }}
    >
      <div className="dialog-body">
        {errors.form.length > 0 && (
          <div className="form-errors" role="alert" tabIndex={-1}>
            {errors.form.map((message) => (
              <p key={message}>{message}</p>
            ))}
          </div>
        )}
        {children}
      </div>
      <footer className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button primary" aria-disabled={isSending}>
          {submitLabel}
        </button>
      </footer>
    </form>
  );
}
