import { getNamedType, isLeafType, Kind, type OperationDefinitionNode, type ValueNode } from 'graphql';
import { requestError } from '../errors.js';
import { complexityMax, costKey, type FieldCost, plainItemsPerValue } from '../fetch/cost.js';
import { pageSizeDefault, pageSizeMax } from '../fetch/list.js';
import { type WalkedField, type WalkedOperation, walkFields } from './walk-fields.js';

/** What a statement weighs, in values. */
const statementWeight = 50;

/** What a value of introspection weighs, which no statement is sent for, and how many there are in its lists: on average. */
const introspectionWeight = 0.5;
const introspectionItems: Readonly<Record<string, number>> = {
  types: 200,
  fields: 5,
  inputFields: 3,
  args: 2,
  enumValues: 3,
  interfaces: 1,
  possibleTypes: 1,
  directives: 6,
};

export interface Operation extends WalkedOperation {
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How an operation has passed before. */
interface Passed {
  /** The variables that hold page sizes. */
  readonly names: readonly string[];
  /** Their values, each time in one text. */
  readonly sizes: Set<string>;
}

const passedBefore = new WeakMap<OperationDefinitionNode, Passed>();
const passedMax = 100;
/** In characters; what is longer is measured each time. */
const sizesLengthMax = 100;

/**
 * Refuses an operation that could answer with too many values: each field counts as often as the pages around it have
 * items, and one that takes a statement of its own, which all items around it share, weighs that too. Fragments that grow
 * without bound end here as well, because every visited field counts at least once. What has passed with the same page
 * sizes before is not looked through again.
 * @throws OPERATION_TOO_COMPLEX
 */
export function limitComplexity(request: Operation): void {
  const { operation } = request;
  const before = passedBefore.get(operation);
  if (before?.sizes.has(sizesOf(before.names, request))) return;
  const { names } = measure(request, complexityMax);
  const passed = before ?? { names: [...new Set(names)], sizes: new Set() };
  const sizes = sizesOf(passed.names, request);
  if (passed.sizes.size < passedMax && sizes.length <= sizesLengthMax) passed.sizes.add(sizes);
  passedBefore.set(operation, passed);
}

/** What the operation counts as, in values, also where that is more than it may be; its document is bounded. */
export function costOf(request: Operation): number {
  return measure(request, Number.POSITIVE_INFINITY).values;
}

interface Measured {
  readonly values: number;
  /** The variables that hold page sizes. */
  readonly names: string[];
}

/** @throws OPERATION_TOO_COMPLEX */
function measure(request: Operation, valuesMax: number): Measured {
  const { schema } = request;
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType()];
  const names: string[] = [];
  let values = 0;
  walkFields(request, 1, ({ node, parent, definition }, times) => {
    const cost = definition?.extensions[costKey] as FieldCost | undefined;
    // A root field takes one, also below the `query` of a payload.
    const statements = cost?.statements ?? (definition !== undefined && roots.includes(parent) ? 1 : 0);
    const plain = definition !== undefined && isLeafType(getNamedType(definition.type)) ? Number(cost?.items ?? 0) : 0;
    const own = definition === undefined ? introspectionWeight : 1 + plain / plainItemsPerValue;
    values += times * own + statements * statementWeight + (cost?.work ?? 0);
    if (values > valuesMax) throw requestError('tooComplex');
    if (definition === undefined) return times * (introspectionItems[node.name.value] ?? 1);
    if (cost?.items !== 'page') return times * (cost?.items ?? 1);
    const asked = pageSizesOf(node);
    for (const value of asked) if (value.kind === Kind.VARIABLE) names.push(value.name.value);
    const sizes = asked.flatMap((value) => sizeOf(value, request) ?? []);
    return times * (sizes.length === 0 ? (cost.sizeUnlessGiven ?? pageSizeDefault) : Math.max(...sizes));
  });
  return { values, names };
}

function pageSizesOf({ arguments: given = [] }: WalkedField['node']): ValueNode[] {
  return given.flatMap(({ name, value }) => (name.value === 'first' || name.value === 'last' ? [value] : []));
}

/**
 * The page size that the argument says; undefined for none. One out of bounds, which the list itself refuses, counts as the
 * nearest within, so that no part of an operation counts as nothing or takes from the rest.
 */
function sizeOf(value: ValueNode | undefined, request: Operation): number | undefined {
  if (value?.kind === Kind.VARIABLE) return variableSize(value.name.value, request);
  return value?.kind === Kind.INT ? within(Number(value.value)) : undefined;
}

function variableSize(name: string, request: Operation): number | undefined {
  const given = request.variables[name];
  if (typeof given === 'number') return within(given);
  if (given !== undefined) return undefined;
  const { variableDefinitions = [] } = request.operation;
  return sizeOf(variableDefinitions.find(({ variable }) => variable.name.value === name)?.defaultValue, request);
}

function within(size: number): number {
  return Math.min(Math.max(size, 1), pageSizeMax);
}

function sizesOf(names: readonly string[], request: Operation): string {
  let sizes = '';
  for (const name of names) sizes += `${variableSize(name, request) ?? ''} `;
  return sizes;
}
