import type { UserFragment } from '@tokenvue/sdk/documents';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { countOf } from '../labels.js';
import { Field } from '../ui/field.js';
import { useClickOutside } from '../ui/use-click-outside.js';
import { ChosenMembers } from './chosen-members.js';
import { PeopleList } from './people-list.js';
import { useAssignableUsers } from './use-assignable-users.js';

interface MemberPickerProps {
  members: readonly UserFragment[];
  hint: string;
  errors?: readonly string[] | undefined;
  roleOf?: ((userId: string) => string | undefined) | undefined;
  ownerId?: string | undefined;
  onChange: (members: readonly UserFragment[]) => void;
}

/** People of the viewer's team access, picked by searching: a combobox whose list stays open while several are chosen. */
export function MemberPicker({ members, hint, errors, roleOf, ownerId, onChange }: MemberPickerProps) {
  const listId = useId();
  const picker = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const people = useAssignableUsers(text, isOpen);
  useClickOutside(picker, isOpen, () => setOpen(false));
  // None while the list is that of the text before: Enter would choose somebody else than is meant.
  const current = isOpen && !people.isLoading ? people.users[active] : undefined;

  const toggle = (user: UserFragment) => {
    if (user.id === ownerId) return;
    const isMember = members.some(({ id }) => id === user.id);
    onChange(isMember ? members.filter(({ id }) => id !== user.id) : [...members, user]);
  };
  const remove = (member: UserFragment) => {
    toggle(member);
    // The button that had the focus goes.
    input.current?.focus();
  };
  const chooseCurrent = () => {
    if (current) toggle(current);
  };
  const move = (by: number) => {
    if (!isOpen) setOpen(true);
    else setActive((active + by + people.users.length) % Math.max(people.users.length, 1));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // These keys are the input method's, which makes letters of several.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && isOpen) chooseCurrent();
    else if (event.key === 'Escape' && isOpen) setOpen(false);
    else {
      if (event.key === 'Tab') setOpen(false);
      return;
    }
    // Neither sends the form nor closes the dialog.
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={picker}>
      <Field label="Members" errors={errors} hint={hint}>
        {(control) => (
          <input
            {...control}
            ref={input}
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-activedescendant={current && `${listId}-${current.id}`}
            autoComplete="off"
            placeholder="Search by name or e-mail"
            value={text}
            onClick={() => setOpen(true)}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              setText(event.target.value);
              setActive(0);
              setOpen(true);
            }}
          />
        )}
      </Field>
      <p className="visually-hidden" role="status">
        {isOpen &&
          !people.isLoading &&
          (people.failure?.message ?? `${countOf(people.users.length, 'person', 'people')} to choose from`)}
      </p>
      <PeopleList
        id={listId}
        isOpen={isOpen}
        people={people}
        chosen={members}
        ownerId={ownerId}
        current={current}
        onToggle={toggle}
      />
      <ChosenMembers members={members} roleOf={roleOf} ownerId={ownerId} onRemove={remove} />
    </div>
  );
}
