import type { UserFragment } from '@tokenvue/sdk/documents';

interface ChosenMembersProps {
  members: readonly UserFragment[];
  roleOf?: ((userId: string) => string | undefined) | undefined;
  ownerId?: string | undefined;
  onRemove: (member: UserFragment) => void;
}

export function ChosenMembers({ members, roleOf, ownerId, onRemove }: ChosenMembersProps) {
  return (
    <ul className="chosen" aria-label="Chosen members">
      {members.map((member) => (
        <li key={member.id}>
          <bdi>{member.name}</bdi>
          {roleOf?.(member.id) !== undefined && <span className="chosen-role">{roleOf(member.id)}</span>}
          {member.id !== ownerId && (
            <button type="button" aria-label={`Remove ${member.name}`} onClick={() => onRemove(member)}>
              <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
                <path d="M3.5 3.5l9 9m0-9l-9 9" />
              </svg>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
