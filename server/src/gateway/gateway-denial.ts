import { registerEnumType } from 'type-graphql';

export enum GatewayDenialCode {
  UNKNOWN_KEY = 'UNKNOWN_KEY',
  KEY_DISABLED = 'KEY_DISABLED',
  KEY_EXPIRED = 'KEY_EXPIRED',
  KEY_REVOKED = 'KEY_REVOKED',
  WORKSPACE_ARCHIVED = 'WORKSPACE_ARCHIVED',
  MODEL_NOT_ALLOWED = 'MODEL_NOT_ALLOWED',
  NO_ROUTE = 'NO_ROUTE',
  NO_ELIGIBLE_TARGET = 'NO_ELIGIBLE_TARGET',
  WORKSPACE_BUDGET_EXHAUSTED = 'WORKSPACE_BUDGET_EXHAUSTED',
  KEY_BUDGET_EXHAUSTED = 'KEY_BUDGET_EXHAUSTED',
  RATE_LIMITED = 'RATE_LIMITED',
}

/** What each says to whoever sent the request. */
export const denialMessages: Readonly<Record<GatewayDenialCode, string>> = {
  UNKNOWN_KEY: 'There is no such key.',
  KEY_DISABLED: 'The key is switched off.',
  KEY_EXPIRED: 'The key, or this secret of it, has expired.',
  KEY_REVOKED: 'The key is revoked, for ever.',
  WORKSPACE_ARCHIVED: 'The workspace of the key is archived.',
  MODEL_NOT_ALLOWED: 'The key may not ask for this model.',
  NO_ROUTE: 'The workspace has no route for this model.',
  NO_ELIGIBLE_TARGET: 'No configuration of the route for this model can take requests now.',
  WORKSPACE_BUDGET_EXHAUSTED: 'What is left of the budget of the workspace is less than the request may cost.',
  KEY_BUDGET_EXHAUSTED: 'What is left of the budget of the key is less than the request may cost.',
  RATE_LIMITED: 'The key has reached its requests or tokens of a minute.',
};

registerEnumType(GatewayDenialCode, {
  name: 'GatewayDenialCode',
  description: 'Why a request may not go; of several reasons the first, in the order in which they are looked at.',
  valuesConfig: {
    UNKNOWN_KEY: { description: 'No key of the organization has a secret of this digest.' },
    KEY_DISABLED: { description: 'The key is switched off for now.' },
    KEY_EXPIRED: { description: 'The key or the secret is past its time.' },
    KEY_REVOKED: { description: 'The key is switched off for ever.' },
    WORKSPACE_ARCHIVED: { description: "The key's workspace is archived." },
    MODEL_NOT_ALLOWED: { description: "The model is not among the key's." },
    NO_ROUTE: { description: 'The workspace routes no such model.' },
    NO_ELIGIBLE_TARGET: { description: "No target of the route is enabled and in the workspace's region." },
    WORKSPACE_BUDGET_EXHAUSTED: { description: 'The most that it may cost is more than the workspace has left.' },
    KEY_BUDGET_EXHAUSTED: { description: 'The most that it may cost is more than the key has left.' },
    RATE_LIMITED: { description: 'The last minute had as many requests or tokens as the key may have.' },
  },
});
