import { createContext, type ReactNode, useCallback, useEffect, useState } from 'react';

export interface Message {
  readonly text: string;
  /** What the person may want to do next. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Tells what was done, to the eye and to the screen reader. */
export const Announce = createContext<(message: Message) => void>(() => {});

const shownForMs = 8_000;

export function StatusProvider({ children }: { children: ReactNode }) {
  const [message, setMessage] = useState<Message | null>(null);
  const dismiss = useCallback(() => setMessage(null), []);

  useEffect(() => {
    // What asks for something stays until it is answered.
    if (message === null || message.action) return;
    const timer = setTimeout(dismiss, shownForMs);
    return () => clearTimeout(timer);
  }, [message, dismiss]);

  const run = () => {
    message?.action?.run();
    dismiss();
  };
  return (
    <Announce value={setMessage}>
      {children}
      <div className="status" data-shown={message !== null}>
        <p role="status">{message?.text}</p>
        {message?.action && (
          <button type="button" className="button quiet" onClick={run}>
            {message.action.label}
          </button>
        )}
        {message && (
          <button type="button" className="button quiet" onClick={dismiss}>
            Dismiss
          </button>
        )}
      </div>
    </Announce>
  );
}
