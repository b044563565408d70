import type { GraphQLSchema } from 'graphql';
import { type Company, castOf, newCompany, newScene, type Part, type Player } from './cast.js';
import { commandOf, mutationText, prepare } from './commands.js';
import { type Ids, nodeTypes } from './ids.js';
import type { GraphQLAnswer, TestServer } from './test-server.js';

/** A mutation that is about to change something in a workspace that nobody else works in. */
export interface Attempt {
  readonly company: Company;
  readonly ids: Ids;
  readonly input: Readonly<Record<string, unknown>>;
  readonly who: (part: Part) => Player;
}

/** Hiring everybody takes longer than most of what is tried with them. */
const companies = new WeakMap<TestServer, Promise<Company>>();

async function companyFor(server: TestServer, mutation: string): Promise<Company> {
  if (commandOf(mutation).changesPeople === true) return newCompany(server);
  const company = companies.get(server) ?? newCompany(server);
  companies.set(server, company);
  return company;
}

/** An attempt in a scene with objects of these types, where nothing else is said of every type. */
export async function newAttempt(
  server: TestServer,
  mutation: string,
  types: readonly string[] = nodeTypes,
): Promise<Attempt> {
  const company = await companyFor(server, mutation);
  const { ids } = await newScene(server, company, {}, types);
  await prepare(server, mutation, ids);
  const cast = castOf(company, company);
  return { company, ids, input: commandOf(mutation).input(ids), who: (part) => cast[part] };
}

export type AnyPayload = Readonly<Record<string, unknown>> & {
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
};

interface Sent {
  readonly payload: AnyPayload | null;
  readonly errors: GraphQLAnswer<unknown>['errors'];
}

interface Options {
  /** What is asked of the payload's `query`, the variables that it takes besides, and their values. */
  readonly query?: string;
  readonly takes?: string;
  readonly variables?: object;
  readonly requestId?: string;
}

/** Sends the mutation and asks for everything of its payload. */
export async function attempt(
  { server, schema }: { readonly server: TestServer; readonly schema: GraphQLSchema },
  who: Player,
  mutation: string,
  input: object,
  { query = '', takes = '', variables = {}, requestId = 'attempt' }: Options = {},
): Promise<Sent> {
  const { data, errors } = await server.request<Record<string, AnyPayload | null>>({
    token: who.token,
    query: mutationText(schema, mutation, query, takes),
    variables: { ...variables, input },
    headers: { 'x-request-id': requestId },
  });
  return { payload: data?.[mutation] ?? null, errors };
}
