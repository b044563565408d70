import { registerEnumType } from 'type-graphql';

export enum RequestStatus {
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  BLOCKED = 'BLOCKED',
  CANCELLED = 'CANCELLED',
}

registerEnumType(RequestStatus, {
  name: 'RequestStatus',
  description: 'What became of a request.',
  valuesConfig: {
    SUCCEEDED: { description: 'It was answered.' },
    FAILED: { description: 'No provider answered it, or none could be asked.' },
    BLOCKED: { description: 'A guardrail stopped it.' },
    CANCELLED: { description: 'The client went away before it was answered.' },
  },
});
