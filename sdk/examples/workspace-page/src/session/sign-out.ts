import { createContext } from 'react';

/** Leaves the page and asks for another token. */
export const SignOut = createContext<() => void>(() => {});
