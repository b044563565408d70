import assignableUsers from './examples/AssignableUsers.graphql';
import assignableUsersVariables from './examples/AssignableUsers.json';
import createWorkspace from './examples/CreateWorkspace.graphql';
import createWorkspaceVariables from './examples/CreateWorkspace.json';
import productionByBudget from './examples/ProductionByBudget.graphql';
import productionByBudgetVariables from './examples/ProductionByBudget.json';
import selectWorkspace from './examples/SelectWorkspace.graphql';
import selectWorkspaceVariables from './examples/SelectWorkspace.json';
import updateSettings from './examples/UpdateSettings.graphql';
import updateSettingsVariables from './examples/UpdateSettings.json';
import viewer from './examples/Viewer.graphql';
import workspaceCards from './examples/WorkspaceCards.graphql';
import workspaceCardsVariables from './examples/WorkspaceCards.json';
import workspaceSummary from './examples/WorkspaceSummary.graphql';

/** One tab each, in this order; a tab takes its title from the name of its operation. */
export const examples = [
  tab(workspaceSummary),
  tab(workspaceCards, workspaceCardsVariables),
  tab(productionByBudget, productionByBudgetVariables),
  tab(viewer),
  tab(assignableUsers, assignableUsersVariables),
  tab(createWorkspace, createWorkspaceVariables),
  tab(selectWorkspace, selectWorkspaceVariables),
  tab(updateSettings, updateSettingsVariables),
];

function tab(query: string, variables?: object) {
  return {
    query: query.trimEnd(),
    variables: variables ? JSON.stringify(variables, null, 2) : null,
  };
}
