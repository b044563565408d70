import { useEffect } from 'react';

/**
 * Keeps the focus in the page: when what has it is taken away, it goes to the title of the dialog, else of the cards, so
 * that keyboard and screen reader go on from there. Both are marked with `data-focus-rest`.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let focused: Element | null = null;
    const onFocus = ({ target }: FocusEvent) => {
      focused = target as Element;
    };
    const observer = new MutationObserver(() => {
      if (focused === null || focused.isConnected || document.activeElement !== document.body) return;
      focused = null;
      const rests = document.querySelectorAll<HTMLElement>('[data-focus-rest]');
      rests[rests.length - 1]?.focus({ preventScroll: true });
    });
    document.addEventListener('focusin', onFocus);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', onFocus);
      observer.disconnect();
    };
  }, []);
}
