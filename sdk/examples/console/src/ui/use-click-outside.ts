import { type RefObject, useEffect, useEffectEvent } from 'react';

/**
 * Calls back when a click outside of the element is over. Closing something earlier, when the focus leaves, would move
 * what is being clicked away under the pointer.
 */
export function useClickOutside(
  element: RefObject<HTMLElement | null>,
  isWatching: boolean,
  callback: () => void,
): void {
  const onOutside = useEffectEvent(callback);
  useEffect(() => {
    if (!isWatching) return;
    const onClick = (event: MouseEvent) => {
      // The path as it was at the click: what was clicked may be gone already.
      if (element.current && !event.composedPath().includes(element.current)) onOutside();
    };
    document.addEventListener('click', onClick);
    return () => document.removeEventListener('click', onClick);
  }, [element, isWatching]);
}
