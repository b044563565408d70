/** Something that the audit log can tell, as noun.verb. It is made beside the command that does it. */
export class AuditAction {
  constructor(
    readonly name: string,
    readonly meaning: string,
  ) {}
}

const actions = new Map<string, AuditAction>();

/** Defines what the audit log can tell; its filter documents all of them. @throws where there is one of this name. */
export function auditAction(name: string, meaning: string): AuditAction {
  if (actions.has(name)) throw new Error(`There are two audit actions ${name}.`);
  const action = new AuditAction(name, meaning);
  actions.set(name, action);
  return action;
}

/** All that were defined, by name. */
export function auditActions(): AuditAction[] {
  return [...actions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
