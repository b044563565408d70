import { Field, Int } from 'type-graphql';
import { IfPresent, IsIdempotencyKey, IsOverlap, IsVersion } from './validators.js';

/** Fields that many inputs have alike. */

/** The version of what is changed, as the client last read it. */
export function ExpectedVersion(): PropertyDecorator {
  return all(
    Field(() => Int, { description: 'Its version as last read; another one answers VERSION_CONFLICT.' }),
    IsVersion(),
  );
}

/** What makes a repeat of a create known as one. */
export function IdempotencyKey(repeat = 'answers with the first result'): PropertyDecorator {
  return all(
    Field(() => String, {
      nullable: true,
      description: `A repeat with the same key and the same input within a week ${repeat}.`,
    }),
    IfPresent(),
    IsIdempotencyKey(),
  );
}

/** How long a secret goes on beside the one that takes its place. */
export function OverlapSeconds(): PropertyDecorator {
  return all(
    Field(() => Int, { description: 'How long the old secret goes on working beside the new one: 0 to 604800.' }),
    IsOverlap(),
  );
}

function all(...decorators: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };
}
