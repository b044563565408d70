/**
 * What a service reads that has no scope but GATEWAY: the fields of the types that are shown by a global id. What does not
 * stand here is closed to it, so that a new field is, until it is opened; `id` and `__typename` say nothing of an object.
 */
const openFields: Readonly<Record<string, 'all' | readonly string[]>> = {
  Workspace: ['name', 'environment', 'region', 'timeZone', 'budget'],
  VirtualKey: ['name', 'monthlyBudget', 'requestsPerMinute', 'tokensPerMinute'],
  LlmConfiguration: 'all',
  Guardrail: 'all',
};

/** What a gateway reads beside that which may read people too. */
const peopleTypes: ReadonlySet<string> = new Set(['User', 'Team']);

export function isOpenToGateway(type: string, field: string, readsPeople: boolean): boolean {
  const open = readsPeople && peopleTypes.has(type) ? 'all' : (openFields[type] ?? []);
  return field === 'id' || field === '__typename' || open === 'all' || open.includes(field);
}

/** Whether it reads objects of the type at all. */
export function isTypeOpenToGateway(type: string): boolean {
  return type in openFields;
}
