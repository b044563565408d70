import type { UserFragment } from '@tokenvue/sdk/documents';
import { useEffect, useRef } from 'react';
import type { AssignableUsers } from './use-assignable-users.js';

interface PeopleListProps {
  id: string;
  isOpen: boolean;
  people: AssignableUsers;
  chosen: readonly UserFragment[];
  ownerId?: string | undefined;
  current: UserFragment | undefined;
  onToggle: (user: UserFragment) => void;
}

/** The list of the combobox: the focus stays in the input, which names the option that is current. */
export function PeopleList({ id, isOpen, people, chosen, ownerId, current, onToggle }: PeopleListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current) list.current?.querySelector('[data-current="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  useEffect(() => {
    if (isOpen) list.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);

  return (
    <div className="people" hidden={!isOpen}>
      <div
        ref={list}
        id={id}
        className="people-options"
        role="listbox"
        aria-label="People"
        aria-multiselectable="true"
        // Else the input would lose the focus, and the list close before the click.
        onMouseDown={(event) => event.preventDefault()}
      >
        {people.users.map((user) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and points at an option.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys.
          <div
            key={user.id}
            id={`${id}-${user.id}`}
            role="option"
            className="person"
            aria-selected={chosen.some((member) => member.id === user.id)}
            aria-disabled={user.id === ownerId}
            data-current={user.id === current?.id}
            onClick={() => onToggle(user)}
          >
            <bdi>{user.name}</bdi>
            {user.email !== '' && <span className="person-email">{user.email}</span>}
          </div>
        ))}
      </div>
      <Note people={people} />
    </div>
  );
}

function Note({ people: { users, isLoading, hasMore, failure } }: { people: AssignableUsers }) {
  const text =
    failure?.message ??
    (isLoading && users.length === 0
      ? 'Looking for people…'
      : users.length === 0
        ? 'Nobody in your team access fits.'
        : hasMore
          ? 'There are more: go on typing.'
          : '');
  return text === '' ? null : <p className="people-note">{text}</p>;
}
