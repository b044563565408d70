import type { UserFragment, WorkspaceEnvironment, WorkspaceRegion } from '@tokenvue/sdk/documents';
import { isAmount } from '../money.js';
import { type FormErrors, noErrors } from './field-errors.js';

/** What both forms ask for, as the person has typed and picked it. */
export interface Settings {
  readonly environment: WorkspaceEnvironment;
  readonly region: WorkspaceRegion;
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
