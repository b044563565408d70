import { Field, ID, InterfaceType } from 'type-graphql';
import type { NodeTypeName } from './ids.js';

@InterfaceType('Node', { description: 'An object with a globally unique id.' })
export abstract class Node {
  @Field(() => ID, {
    description: 'Global id: a type prefix and 26 characters.',
  })
  readonly id!: string;
}

/** A plain row that answers for an object type; interfaces find the type by its name. */
export interface TypedRow {
  readonly __typename: NodeTypeName;
  /** UUID, shown as a global id by the type's `id` field. */
  readonly id: string;
}
