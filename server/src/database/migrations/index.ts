import { Workspaces1790000000000 } from './1790000000000-workspaces.js';

/** In the order in which they run; a released migration never changes. */
export const migrations = [Workspaces1790000000000] as const;
