import { Workspaces1790000000000 } from './1790000000000-workspaces.js';
import { Governance1790100000000 } from './1790100000000-governance.js';

/** In the order in which they run; a released migration never changes. */
export const migrations = [Workspaces1790000000000, Governance1790100000000] as const;
