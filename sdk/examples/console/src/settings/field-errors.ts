import type { UserErrorFragment } from '@tokenvue/sdk/documents';

/** The fields of the two forms, by their names in the API. */
export type FieldName = 'name' | 'environment' | 'region' | 'monthlyBudget' | 'memberIds';

const fieldNames: ReadonlySet<string> = new Set([
  'name',
  'environment',
  'region',
  'monthlyBudget',
  'memberIds',
] satisfies FieldName[]);

/** What is wrong with a form: sentences by field, and those about the whole of it. */
export interface FormErrors {
  readonly form: readonly string[];
  readonly fields: Readonly<Partial<Record<FieldName, readonly string[]>>>;
}

export const noErrors: FormErrors = { form: [], fields: {} };

/**
 * Brings each `userError` to its field: `["input", "memberIds", "2"]` to the members, with the name of the person in
 * that place; what belongs to no field of the form to the whole form.
 */
export function formErrors(userErrors: readonly UserErrorFragment[], memberNames: readonly string[] = []): FormErrors {
  if (userErrors.length === 0) return { ...noErrors, form: ['The server refused without a reason.'] };
  const form: string[] = [];
  const fields: Partial<Record<FieldName, string[]>> = {};
  for (const { field, message } of userErrors) {
    const [, name, place] = field ?? [];
    const isAtField = name !== undefined && isFieldName(name);
    if (isAtField) fields[name] ??= [];
    const sentences = (isAtField && fields[name]) || form;
    const person = isAtField && place !== undefined ? memberNames[Number(place)] : undefined;
    const sentence = person === undefined ? message : `${person}: ${message}`;
    // Once is enough for two people of the same name, or two fields that the form does not know.
    if (!sentences.includes(sentence)) sentences.push(sentence);
  }
  return { form, fields };
}

/** The first sentence, for where there is no form any more. */
export function firstOf({ form, fields }: FormErrors): string {
  return [...form, ...Object.values(fields).flat()][0] ?? '';
}

function isFieldName(name: string): name is FieldName {
  return fieldNames.has(name);
}
