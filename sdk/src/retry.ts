const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** Whether the status tells of a trouble that passes. */
export function isPassing(status: number): boolean {
  return /^(408|429|50[234])$/.test(String(status));
}

/**
 * Whether what `fetch` threw proves that the request never arrived, because no connection came about. Only runtimes that
 * name the system's call can say so; browsers do not.
 */
export function wasNeverSent(thrown: unknown, depth = 4): boolean {
  if (typeof thrown !== 'object' || thrown === null || depth === 0) return false;
  const { code, syscall, cause, errors }: Partial<Record<'code' | 'syscall' | 'cause' | 'errors', unknown>> = thrown;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || syscall === 'connect' || syscall === 'getaddrinfo') return true;
  // Every address of the host was tried.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((error) => wasNeverSent(error, depth - 1));
  return wasNeverSent(cause, depth - 1);
}

/** What a `Retry-After` header asks for, in seconds or as a date, as milliseconds from now. */
export function retryAfterMs(header: string): number | undefined {
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  // Other texts would be dates to JavaScript, too.
  const time = /GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  return time ? Math.max(0, time - Date.now()) : undefined;
}

/** The pause before a retry, 0 for the first: anything up to a bound that doubles, so that clients spread out. */
export function pauseMs(retry: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retry);
}
