import { expect, test } from '@jest/globals';
import { formErrors } from './field-errors.js';

test('each error stands at its field, one about a member with their name, and the rest at the form', () => {
  const errors = formErrors(
    [
      { code: 'TAKEN', message: 'It is taken.', field: ['input', 'name'] },
      { code: 'NOT_FOUND', message: 'Not there.', field: ['input', 'memberIds', '1'] },
      { code: 'LIMIT_REACHED', message: 'Too many.', field: ['input', 'memberIds'] },
      { code: 'FORBIDDEN', message: 'Not for you.', field: null },
      { code: 'INVALID', message: 'No version.', field: ['input', 'expectedVersion'] },
    ],
    ['Ada', 'Bruno'],
  );
  expect(errors).toEqual({
    form: ['Not for you.', 'No version.'],
    fields: { name: ['It is taken.'], memberIds: ['Bruno: Not there.', 'Too many.'] },
  });
});

test('the same sentence stands at a place once, and a refusal without any is told of all the same', () => {
  const error = { code: 'NOT_FOUND', message: 'Not there.' } as const;
  const errors = formErrors(
    [
      { ...error, field: ['input', 'memberIds', '0'] },
      { ...error, field: ['input', 'memberIds', '1'] },
      { ...error, field: ['input', 'members', '0', 'role'] },
      { ...error, field: null },
    ],
    ['Ada', 'Ada'],
  );
  expect(errors).toEqual({ form: ['Not there.'], fields: { memberIds: ['Ada: Not there.'] } });
  expect(formErrors([])).toEqual({ form: [expect.any(String)], fields: {} });
});
