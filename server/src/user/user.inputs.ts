import { Field, InputType } from 'type-graphql';

@InputType({ description: 'Which people of the directory to list; conditions that are given must all hold.' })
export class UserFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Part of the name or e-mail address, without regard to case and accents.',
  })
  readonly search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'True for who can sign in, false for who can not.' })
  readonly active?: boolean | null;

  @Field(() => [String], { nullable: true, description: "Any of these identity provider's subjects, to the letter." })
  readonly subjects?: string[] | null;
}
