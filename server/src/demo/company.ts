import { OrganizationRole } from '../access/actor.js';
import { WorkspaceEnvironment, WorkspaceRegion, WorkspaceStatus } from '../workspace/workspace.entity.js';

/**
 * Meridian, a company that moves parcels and the money for them. Who is good for which experiment, by the subject of
 * the token (`npm run --silent token -- ada`):
 *
 *   ada     organization admin: sees and may do everything
 *   bruno   ordinary member: OWNER, ADMIN, MEMBER and VIEWER in one workspace or another
 *   chidi   in two teams, and in workspaces of other people
 *   farid   sees workspaces but has selected none
 *   ines    in no team: sees only what she was added to, and everywhere as VIEWER
 *   jonas   in one team, and sees nothing but its workspaces, as ADMIN
 *   liam    just arrived: in no team and no workspace, so that every list is empty
 *   milo    has left: can no longer sign in, and has keys that somebody should look at
 */
export const people: Readonly<Record<string, Person>> = {
  ada: { name: 'Ada Uwimana', role: OrganizationRole.ADMIN, active: 'Model Gateway' },
  bruno: { name: 'Bruno Carvalho', active: 'Checkout API' },
  chidi: { name: 'Chidi Okonkwo', active: 'Fraud Scoring' },
  divya: { name: 'Divya Raman', active: 'Demand Forecasting' },
  elif: { name: 'Elif Yıldız', active: 'Support Copilot' },
  farid: { name: 'Farid Haddad', active: null },
  grace: { name: 'Grace Mukamana', active: 'Invoice Reader' },
  hanna: { name: 'Hanna Lindqvist', active: 'Code Review Helper' },
  ines: { name: 'Inês Duarte', active: 'Board Reporting' },
  jonas: { name: 'Jonas Weber', active: 'Embedding Refresh' },
  keza: { name: 'Keza Ingabire', active: 'Mobile Money Assistant' },
  liam: { name: 'Liam Byrne', active: null },
  milo: { name: 'Milo Petrović', active: null, hasLeft: true },
};

export interface Person {
  readonly name: string;
  /** MEMBER unless given. */
  readonly role?: OrganizationRole;
  /** Name of the active workspace. */
  readonly active: string | null;
  readonly hasLeft?: true;
}

/** The workspaces in which somebody who has left made the first key. */
export const keysOfLeaver = { subject: 'milo', workspaces: ['Checkout API', 'Fraud Scoring', 'Help Centre Search'] };

/** Subjects of each team's people; several are in more than one team. */
export const teamPeople: Readonly<Record<string, readonly string[]>> = {
  Platform: ['ada', 'bruno', 'hanna'],
  Payments: ['bruno', 'chidi', 'farid', 'grace'],
  'Data Science': ['ada', 'divya', 'jonas'],
  'Customer Care': ['divya', 'elif', 'keza'],
  Kigali: ['chidi', 'grace', 'keza'],
};

/** One line a workspace. An owner is a subject or the name of a team; people are subjects with blanks between. */
export type WorkspaceLine = readonly [
  name: string,
  owner: string,
  environment: WorkspaceEnvironment,
  region: WorkspaceRegion,
  status: WorkspaceStatus,
  monthlyBudget: string,
  keys: number,
  admins: string,
  members: string,
  viewers: string,
];

const { PRODUCTION, STAGING, SANDBOX } = WorkspaceEnvironment;
const { GLOBAL, US, EU, RWANDA } = WorkspaceRegion;
const { ACTIVE, REVIEW } = WorkspaceStatus;

export const workspaceLines: readonly WorkspaceLine[] = [
  ['Model Gateway', 'Platform', PRODUCTION, GLOBAL, ACTIVE, '250000.00', 8, 'ada', 'bruno chidi divya', 'elif ines'],
  ['Model Gateway Canary', 'Platform', STAGING, GLOBAL, ACTIVE, '18500.00', 3, '', 'hanna', ''],
  ['Code Review Helper', 'hanna', PRODUCTION, US, ACTIVE, '41800.00', 5, 'ada', 'bruno', 'chidi'],
  ['Code Review Helper Beta', 'hanna', STAGING, US, ACTIVE, '2999.95', 2, '', 'bruno', ''],
  ['Incident Summaries', 'hanna', PRODUCTION, EU, ACTIVE, '7300.00', 2, '', 'ada', 'bruno'],
  ['Load Test Harness', 'hanna', SANDBOX, GLOBAL, ACTIVE, '0.00', 0, '', '', ''],
  ['Runbook Chat', 'bruno', SANDBOX, EU, REVIEW, '300.00', 1, '', 'hanna', ''],
  ['Board Reporting', 'ada', PRODUCTION, EU, ACTIVE, '9950.00', 2, '', 'hanna', 'farid ines'],
  ['Prompt Evaluation', 'ada', STAGING, EU, ACTIVE, '15750.00', 5, 'divya', 'bruno hanna', ''],
  ['Research Sandbox', 'ada', SANDBOX, GLOBAL, ACTIVE, '2500.00', 3, '', 'bruno chidi divya elif grace hanna keza', ''],
  ['Checkout API', 'bruno', PRODUCTION, EU, ACTIVE, '48250.00', 7, 'hanna', 'chidi farid grace', 'ines'],
  ['Checkout API Staging', 'bruno', STAGING, EU, ACTIVE, '3500.00', 3, '', 'chidi farid', ''],
  ['Fraud Scoring', 'chidi', PRODUCTION, GLOBAL, ACTIVE, '126400.75', 8, 'bruno', 'farid grace', 'ines'],
  ['Fraud Scoring Rehearsal', 'chidi', STAGING, GLOBAL, REVIEW, '9800.00', 3, '', 'farid', ''],
  ['Payment Disputes', 'farid', PRODUCTION, US, ACTIVE, '38900.50', 4, 'chidi', 'elif', 'bruno'],
  ['Disputes Playground', 'farid', SANDBOX, US, ACTIVE, '450.00', 0, '', 'chidi', ''],
  ['Ledger Reconciliation', 'Payments', PRODUCTION, EU, ACTIVE, '71250.25', 6, '', 'bruno grace', 'ines'],
  ['Customs Declarations', 'grace', PRODUCTION, EU, REVIEW, '64120.35', 4, '', 'farid keza', 'ines'],
  ['Invoice Reader', 'grace', PRODUCTION, RWANDA, ACTIVE, '18600.00', 4, 'chidi', 'keza', ''],
  ['Invoice Reader Trials', 'grace', SANDBOX, RWANDA, REVIEW, '0.00', 1, '', '', ''],
  ['Mobile Money Assistant', 'keza', PRODUCTION, RWANDA, ACTIVE, '52340.40', 7, 'grace', 'chidi elif', ''],
  ['Mobile Money Staging', 'keza', STAGING, RWANDA, ACTIVE, '4100.00', 3, '', 'grace', ''],
  ['Field Agent Coach', 'keza', STAGING, RWANDA, REVIEW, '2750.00', 2, '', 'elif', 'divya'],
  ['Kinyarwanda Voice', 'Kigali', PRODUCTION, RWANDA, REVIEW, '27500.00', 4, '', 'divya keza', ''],
  ['Kinyarwanda Voice Lab', 'Kigali', SANDBOX, RWANDA, ACTIVE, '1200.99', 2, '', '', ''],
  ['Support Copilot', 'elif', PRODUCTION, GLOBAL, ACTIVE, '84999.99', 7, 'divya', 'keza hanna', ''],
  ['Support Copilot Staging', 'elif', STAGING, GLOBAL, ACTIVE, '6200.00', 3, '', 'divya', ''],
  ['Ticket Triage', 'Customer Care', PRODUCTION, EU, ACTIVE, '31075.00', 5, '', 'elif', 'bruno'],
  ['Refund Letters', 'elif', PRODUCTION, US, REVIEW, '12480.60', 2, '', 'keza', 'farid'],
  ['Çeviri Atölyesi', 'elif', SANDBOX, EU, ACTIVE, '640.00', 1, '', '', ''],
  ['Help Centre Search', 'divya', PRODUCTION, GLOBAL, ACTIVE, '22000.00', 4, 'elif', 'keza', ''],
  ['Demand Forecasting', 'divya', PRODUCTION, US, ACTIVE, '95600.00', 6, 'ada', '', 'chidi'],
  ['Churn Signals', 'divya', STAGING, US, REVIEW, '5400.00', 2, '', 'elif', ''],
  ['Embedding Refresh', 'Data Science', PRODUCTION, GLOBAL, ACTIVE, '143250.10', 6, 'divya', 'hanna', ''],
  ['Embedding Refresh Staging', 'Data Science', STAGING, GLOBAL, ACTIVE, '12000.00', 2, '', 'divya', ''],
  ['Forecasting Notebooks', 'Data Science', SANDBOX, US, ACTIVE, '8000.00', 0, '', '', ''],
];

/** Names for keys: a workspace takes as many of them as it has keys, from another place on each time. */
export const keyNames: readonly string[] = [
  'Web app',
  'Mobile app',
  'Nightly batch',
  'Continuous integration',
  'Partner integration',
  'Back office',
  'Notebook',
  'Load test',
  'On-call tools',
  'Data export',
  'Chat widget',
];
