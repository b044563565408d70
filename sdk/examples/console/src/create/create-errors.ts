import type { UserErrorFragment, UserFragment } from '@tokenvue/sdk/documents';
import { type FormErrors, formErrors } from '../settings/field-errors.js';

const createdBefore =
  'This form has made a workspace already, before its last changes. Close it and look for the workspace in the list.';

/** Why nothing was created. The idempotency key is the form's own business, so its refusal is put in other words. */
export function createErrors(userErrors: readonly UserErrorFragment[], members: readonly UserFragment[]): FormErrors {
  const worded = userErrors.map((error) =>
    error.code === 'IDEMPOTENCY_KEY_REUSED' ? { ...error, message: createdBefore } : error,
  );
  return formErrors(
    worded,
    members.map(({ name }) => name),
  );
}
