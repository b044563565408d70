import { parseGlobalId } from '../graphql/ids.js';
import type { Noun } from '../graphql/noun.js';
import { nouns } from '../registry.js';

/** The nouns of the API by the names of their types. */
export const nounsByType: ReadonlyMap<string, Noun> = new Map(nouns.map(({ noun }) => [noun.type, noun]));

export const nodeTypes: readonly string[] = [...nounsByType.keys()];

/** The types of whose objects a scene says itself how they come to be; those of any other are made by their create. */
type FirstNodeType = 'Workspace' | 'Member' | 'VirtualKey' | 'User' | 'Team' | 'AuditEvent';

/** Global ids of an object of every type. */
export type Ids = Readonly<Record<FirstNodeType, string> & Record<string, string>>;

export function nounOf(type: string): Noun {
  const noun = nounsByType.get(type);
  if (noun === undefined) throw new Error(`There is no noun ${type}.`);
  return noun;
}

export function toGlobalId(type: string, uuid: string): string {
  return nounOf(type).globalId(uuid);
}

/** The noun and the UUID of a global id. */
export function parsed(globalId: string): { readonly noun: Noun; readonly uuid: string } {
  const found = parseGlobalId(globalId);
  const noun = nouns.find((reads) => reads.noun.prefix === found?.prefix)?.noun;
  if (found === null || noun === undefined) throw new Error(`Not a global id: ${globalId}`);
  return { noun, uuid: found.uuid };
}

/** The id of this type among them. */
export function idOf(ids: Ids, type: string): string {
  const id = ids[type];
  if (id === undefined) throw new Error(`The scene has no ${type}.`);
  return id;
}
