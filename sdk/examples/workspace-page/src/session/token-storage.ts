const key = 'tokenvue:token';

/** A token that somebody typed in lives as long as their tab does, so that a reload does not ask for it again. */
export const tokenStorage = {
  read: (): string | undefined => sessionStorage.getItem(key) ?? undefined,
  keep: (token: string): void => sessionStorage.setItem(key, token),
  forget: (): void => sessionStorage.removeItem(key),
};
