import { Field, InputType, Int } from 'type-graphql';

@InputType({ description: 'A request that is about to go to a provider.' })
export class AuthorizeGatewayRequestInput {
  @Field(() => String, {
    description:
      "The gateway's own id of the request, 1 to 200 printable characters, unique in the workspace. A repeat answers with the first decision while its reservation stands or once its usage is recorded, unless its key or workspace would be refused by now; what was denied is decided anew. The id of a request of another key is BAD_USER_INPUT.",
  })
  readonly requestId!: string;

  @Field(() => String, {
    description: "Lower-case hex SHA-256 of the virtual key's secret: the secret itself never leaves the gateway.",
  })
  readonly keyDigest!: string;

  @Field(() => String, { description: 'The model name that the client asks for: 1 to 200 characters.' })
  readonly model!: string;

  @Field(() => Int, { description: 'Tokens of the input: 0 to 100,000,000.' })
  readonly inputTokens!: number;

  @Field(() => Int, { description: 'Tokens that the answer has at most: 0 to 100,000,000.' })
  readonly maxOutputTokens!: number;
}
