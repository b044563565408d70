import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType('Node', { description: 'An object with a globally unique id.' })
export abstract class Node {
  @Field(() => ID, {
    description: 'Global id: a type prefix and 26 characters.',
  })
  readonly id!: string;
}
