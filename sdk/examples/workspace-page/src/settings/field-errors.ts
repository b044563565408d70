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
  const form: string[] = [];
  const fields: Partial<Record<FieldName, string[]>> = {};
  for (const { field, message } of userErrors) {
    const [, name, place] = field ?? [];
    if (name === undefined || !isFieldName(name)) form.push(message);
    else {
      fields[name] ??= [];
      const person = place === undefined ? undefined : memberNames[Number(place)];
      fields[name].push(person === undefined ? message : `${person}: ${message}`);
    }
  }
  return { form, fields };
}

function isFieldName(name: string): name is FieldName {
  return fieldNames.has(name);
}
