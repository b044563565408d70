/** Everything that the audit log can tell, as noun.verb; the filter of the audit log documents them from here. */
export const auditActions = {
  'member.role_changed': 'A member got another role.',
  'service_token.created': 'A service token was made.',
  'service_token.revoked': 'A service token was ended.',
  'team.created': 'The directory brought a team.',
  'team.merged': 'A team became one with another that has its name now.',
  'team.updated': "The directory changed a team's name or people.",
  'user.created': 'The directory brought a person.',
  'user.updated': 'The directory changed a person.',
  'virtual_key.created': 'A key was made.',
  'virtual_key.reviewed': 'A key was decided on in a review.',
  'virtual_key.revoked': 'A key was switched off for ever.',
  'virtual_key.rotated': 'A key got a new secret.',
  'virtual_key.updated': 'Settings of a key changed, or it was switched on or off.',
  'workspace.archived': 'A workspace was archived.',
  'workspace.created': 'A workspace was made.',
  'workspace.ownership_transferred': 'A workspace got another owner.',
  'workspace.restored': 'A workspace was taken out of the archive.',
  'workspace.review_completed': 'The review of a workspace was closed.',
  'workspace.review_requested': 'Somebody asked for a review of a workspace.',
  'workspace.selected': 'Somebody made it their active workspace.',
  'workspace.settings_updated': 'Settings or members of a workspace changed.',
} as const satisfies Readonly<Record<string, string>>;

export type AuditAction = keyof typeof auditActions;
