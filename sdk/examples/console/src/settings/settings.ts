import type { Open, UserFragment, WorkspaceEnvironment, WorkspaceRegion } from '@tokenvue/sdk/documents';
import { environments, isOf, regions } from '../labels.js';
import { isAmount } from '../money.js';
import { type FormErrors, noErrors } from './field-errors.js';

/** What both forms ask for, as the person has typed and picked it. */
export interface Settings {
  readonly environment: Open<WorkspaceEnvironment>;
  readonly region: Open<WorkspaceRegion>;
  readonly monthlyBudget: string;
  readonly members: readonly UserFragment[];
}

/** What would not even be understood as an amount is told of here; everything else is for the server to judge. */
export function findingsBeforeSending({ monthlyBudget }: Pick<Settings, 'monthlyBudget'>): FormErrors | null {
  const text = monthlyBudget.trim();
  if (isAmount(text)) return null;
  const message = text === '' ? 'Enter a budget; 0 is one too.' : 'Write the budget as a number such as 1250.00.';
  return { ...noErrors, fields: { monthlyBudget: [message] } };
}

/** Of environment and region what can be sent: what a newer server has said may stay as it is, and is not asked for. */
export function pickedOf({ environment, region }: Partial<Settings>) {
  return {
    ...(environment !== undefined && isOf(environments, environment) && { environment }),
    ...(region !== undefined && isOf(regions, region) && { region }),
  };
}
