import 'reflect-metadata';
import {
  DirectiveLocation,
  GraphQLDeprecatedDirective,
  GraphQLDirective,
  type GraphQLSchema,
  isInputObjectType,
  lexicographicSortSchema,
  printSchema,
  specifiedDirectives,
} from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { auditActions } from './audit/audit-action.js';
import { prepareSchema } from './fetch/prepare-schema.js';
import { DateTimeScalar } from './graphql/scalars.js';
import { nouns, resolvers } from './registry.js';

/** Without its youngest location, which older clients don't know: they would not understand the whole introspection. */
const deprecatedDirective = new GraphQLDirective({
  ...GraphQLDeprecatedDirective.toConfig(),
  locations: GraphQLDeprecatedDirective.locations.filter(
    (location) => location !== DirectiveLocation.DIRECTIVE_DEFINITION,
  ),
});

let created: Promise<GraphQLSchema> | undefined;

/** The executable schema. Resolvers hold nothing of their own: what they need is in the request's context. */
export function createSchema(): Promise<GraphQLSchema> {
  created ??= build();
  return created;
}

async function build(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [...resolvers] as unknown as NonEmptyArray<() => object>,
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    directives: specifiedDirectives.map((directive) =>
      directive === GraphQLDeprecatedDirective ? deprecatedDirective : directive,
    ),
    // Inputs are validated by commands, which turn what they refuse into userErrors.
    validate: false,
  });
  for (const [documented, description] of descriptions(schema))
    if (documented != null) documented.description = description;
  prepareSchema(schema, nouns);
  return schema;
}

/** What is described where everything is known. */
function descriptions(schema: GraphQLSchema) {
  const filter = schema.getType('AuditFilter');
  const actions = auditActions().map(({ name, meaning }) => `- \`${name}\`: ${meaning}`);
  return [
    [schema.getQueryType(), 'What can be read. Everything lies in the organization of the viewer.'],
    [schema.getMutationType(), 'What can be changed. Refusals are `userErrors` of the payload.'],
    [
      isInputObjectType(filter) ? filter.getFields()['actions'] : null,
      ['Any of these actions:', ...actions].join('\n'),
    ],
  ] as const;
}

/** The API as it is committed: sorted, with all descriptions. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
