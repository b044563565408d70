import { Extensions } from 'type-graphql';

/** Values that one operation may answer with at the most, by its page sizes, with what its statements weigh. */
export const complexityMax = 50_000;

/** What a field may cost, for the limit on the size of an operation. */
export interface FieldCost {
  /** Statements that are sent for it, which all items around it share; none unless given. */
  readonly statements?: number;
  /** What it takes of the processor, in values; none unless given. */
  readonly work?: number;
  /** How many objects, or plain values, it answers with at the most, or `page` for as many as its page size says; one unless given. */
  readonly items?: number | 'page';
  /** The page size where none is asked for, if it is another than that of other lists. */
  readonly sizeUnlessGiven?: number;
}

/** Of a list of plain values so many count as one: what surrounds a value in an answer is most of it. */
export const plainItemsPerValue = 10;

/** Under which a field's cost stands among the extensions of the schema. */
export const costKey = 'cost';

/** Declares what a field costs: every list has to. */
export function Cost(cost: FieldCost): MethodDecorator & PropertyDecorator {
  return Extensions({ [costKey]: cost });
}
