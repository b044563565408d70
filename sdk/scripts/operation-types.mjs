/** A GraphQL Code Generator plugin: the types of every operation under its name, and what their payloads say of conflicts. */
import { getNamedType } from 'graphql';
import { operationsOf } from './documents.mjs';

export function plugin(schema, files) {
  const operations = operationsOf(files);
  const rows = operations.map(
    ({ name, type }) => `  ${name}: { variables: Types.${type}Variables; result: Types.${type} };`,
  );
  return {
    prepend: ["import type * as Types from './operations.js';"],
    content: [
      '/** Every operation of the SDK by its name, with the types of its variables and its result. */',
      'export interface Operations {',
      ...rows,
      '}',
      '',
      '/** What somebody else changed first, as it is now: the fields `conflicting<Noun>` of the payloads, each by its noun. */',
      'export interface Conflicts {',
      ...conflictsOf(schema, operations),
      '}',
    ].join('\n'),
  };
}

function conflictsOf(schema, operations) {
  const rows = operations.flatMap(({ operation, type }) =>
    operation.selectionSet.selections.flatMap((root) => {
      const payload = getNamedType(schema.getRootType(operation.operation).getFields()[root.name.value].type);
      const fields = root.selectionSet.selections.flatMap((selection) => selection.name?.value ?? []);
      return fields.flatMap((field) => {
        const [, initial, rest] = /^conflicting(.)(.*)/.exec(field) ?? [];
        if (!initial) return [];
        const value = `NonNullable<Types.${type}['${root.name.value}']>['${field}']`;
        const noun = initial.toLowerCase() + rest;
        return [
          [noun, `  /** ${payload.getFields()[field].description} */\n  readonly ${noun}?: ${value} | undefined;`],
        ];
      });
    }),
  );
  // Operations that tell of the same noun tell the same of it.
  return new Map(rows).values();
}
