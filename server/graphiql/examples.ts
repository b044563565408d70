import assignableUsers from './examples/AssignableUsers.graphql';
import assignableUsersVariables from './examples/AssignableUsers.json';
import auditLog from './examples/AuditLog.graphql';
import auditLogVariables from './examples/AuditLog.json';
import budgetOfTheMonth from './examples/BudgetOfTheMonth.graphql';
import checkGuardrails from './examples/CheckGuardrails.graphql';
import checkGuardrailsVariables from './examples/CheckGuardrails.json';
import createVirtualKey from './examples/CreateVirtualKey.graphql';
import createVirtualKeyVariables from './examples/CreateVirtualKey.json';
import createWorkspace from './examples/CreateWorkspace.graphql';
import createWorkspaceVariables from './examples/CreateWorkspace.json';
import directory from './examples/Directory.graphql';
import directoryVariables from './examples/Directory.json';
import insights from './examples/Insights.graphql';
import insightsVariables from './examples/Insights.json';
import keyReview from './examples/KeyReview.graphql';
import keyReviewVariables from './examples/KeyReview.json';
import productionByBudget from './examples/ProductionByBudget.graphql';
import productionByBudgetVariables from './examples/ProductionByBudget.json';
import requestLogs from './examples/RequestLogs.graphql';
import requestLogsVariables from './examples/RequestLogs.json';
import routing from './examples/Routing.graphql';
import selectWorkspace from './examples/SelectWorkspace.graphql';
import selectWorkspaceVariables from './examples/SelectWorkspace.json';
import setModelRoute from './examples/SetModelRoute.graphql';
import setModelRouteVariables from './examples/SetModelRoute.json';
import updateSettings from './examples/UpdateSettings.graphql';
import updateSettingsVariables from './examples/UpdateSettings.json';
import viewer from './examples/Viewer.graphql';
import workspaceCards from './examples/WorkspaceCards.graphql';
import workspaceCardsVariables from './examples/WorkspaceCards.json';
import workspaceOrder from './examples/WorkspaceOrder.graphql';
import workspaceOrderVariables from './examples/WorkspaceOrder.json';
import workspaceSummary from './examples/WorkspaceSummary.graphql';

/** One tab each, in this order; a tab takes its title from the name of its operation. */
export const examples = [
  tab(workspaceSummary),
  tab(workspaceCards, workspaceCardsVariables),
  tab(productionByBudget, productionByBudgetVariables),
  tab(keyReview, keyReviewVariables),
  tab(workspaceOrder, workspaceOrderVariables),
  tab(auditLog, auditLogVariables),
  tab(viewer),
  tab(assignableUsers, assignableUsersVariables),
  tab(directory, directoryVariables),
  tab(createWorkspace, createWorkspaceVariables),
  tab(selectWorkspace, selectWorkspaceVariables),
  tab(updateSettings, updateSettingsVariables),
  tab(createVirtualKey, createVirtualKeyVariables),
  tab(routing),
  tab(setModelRoute, setModelRouteVariables),
  tab(checkGuardrails, checkGuardrailsVariables),
  tab(budgetOfTheMonth),
  tab(insights, insightsVariables),
  tab(requestLogs, requestLogsVariables),
];

function tab(query: string, variables?: object) {
  return {
    query: query.trimEnd(),
    variables: variables ? JSON.stringify(variables, null, 2) : null,
  };
}
