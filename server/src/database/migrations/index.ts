// Made by `npm run generate` from the files beside it.
import { Tables1800000000000 } from './1800000000000-tables.js';
import { Counts1800000000001 } from './1800000000001-counts.js';
import { RowSecurity1800000000002 } from './1800000000002-row-security.js';
import { TimeZones1800100000000 } from './1800100000000-time-zones.js';
import { LlmConfigurations1800100000001 } from './1800100000001-llm-configurations.js';
import { ModelRoutes1800100000002 } from './1800100000002-model-routes.js';
import { Guardrails1800100000003 } from './1800100000003-guardrails.js';
import { Budgets1800200000000 } from './1800200000000-budgets.js';
import { Authorizing1800200000001 } from './1800200000001-authorizing.js';
import { Usage1800200000002 } from './1800200000002-usage.js';
import { AfterTheWait1800200000010 } from './1800200000010-after-the-wait.js';
import { FirstLimits1800200000011 } from './1800200000011-first-limits.js';
import { ExhaustedSince1800200000012 } from './1800200000012-exhausted-since.js';
import { LimitsByOrganization1800200000013 } from './1800200000013-limits-by-organization.js';
import { NamesOfThen1800200000020 } from './1800200000020-names-of-then.js';
import { TeamNames1800200000021 } from './1800200000021-team-names.js';
import { AuditLogIndexes1800200000030 } from './1800200000030-audit-log-indexes.js';
import { ServiceTokenSecrets1800200000031 } from './1800200000031-service-token-secrets.js';
import { OrganizationCounts1800200000050 } from './1800200000050-organization-counts.js';
import { Guards1800200000070 } from './1800200000070-guards.js';

/** In the order in which they run; a released migration never changes. */
export const migrations = [
  Tables1800000000000,
  Counts1800000000001,
  RowSecurity1800000000002,
  TimeZones1800100000000,
  LlmConfigurations1800100000001,
  ModelRoutes1800100000002,
  Guardrails1800100000003,
  Budgets1800200000000,
  Authorizing1800200000001,
  Usage1800200000002,
  AfterTheWait1800200000010,
  FirstLimits1800200000011,
  ExhaustedSince1800200000012,
  LimitsByOrganization1800200000013,
  NamesOfThen1800200000020,
  TeamNames1800200000021,
  AuditLogIndexes1800200000030,
  ServiceTokenSecrets1800200000031,
  OrganizationCounts1800200000050,
  Guards1800200000070,
] as const;
