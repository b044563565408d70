import { useCallback, useEffect, useRef } from 'react';

/** Whether the component is still there, for what comes of an answer that is late. */
export function useIsThere(): () => boolean {
  const isThere = useRef(false);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  return useCallback(() => isThere.current, []);
}
