import { environments, regions } from '../labels.js';
import { MemberPicker } from '../members/member-picker.js';
import { Field } from '../ui/field.js';
import { Select } from '../ui/select.js';
import type { FormErrors } from './field-errors.js';
import type { Settings } from './settings.js';

interface SettingsFieldsProps {
  settings: Settings;
  errors: FormErrors;
  currency?: string | undefined;
  /** What somebody is in the workspace, to show beside their name. */
  roleOf?: (userId: string) => string | undefined;
  /** The member who can't be taken out. */
  ownerId?: string | undefined;
  membersHint: string;
  onChange: (settings: Settings) => void;
}

/** The fields that a new workspace and the settings of an old one have in common. */
export function SettingsFields(props: SettingsFieldsProps) {
  const { settings, errors, currency, roleOf, ownerId, membersHint, onChange } = props;
  return (
    <>
      <div className="field-row">
        <Field label="Environment" errors={errors.fields.environment}>
          {(control) => (
            <Select
              control={control}
              labels={environments}
              value={settings.environment as keyof typeof environments}
              onChange={(environment) => onChange({ ...settings, environment })}
            />
          )}
        </Field>
        <Field label="Region" errors={errors.fields.region}>
          {(control) => (
            <Select
              control={control}
              labels={regions}
              value={settings.region as keyof typeof regions}
              onChange={(region) => onChange({ ...settings, region })}
            />
          )}
        </Field>
      </div>
      <Field
        label={currency === undefined ? 'Monthly budget' : `Monthly budget in ${currency}`}
        errors={errors.fields.monthlyBudget}
      >
        {(control) => (
          <input
            {...control}
            className="amount"
            inputMode="decimal"
            autoComplete="off"
            placeholder="0.00"
            value={settings.monthlyBudget}
            onChange={(event) => onChange({ ...settings, monthlyBudget: event.target.value })}
          />
        )}
      </Field>
      <MemberPicker
        members={settings.members}
        errors={errors.fields.memberIds}
        hint={membersHint}
        roleOf={roleOf}
        ownerId={ownerId}
        onChange={(members) => onChange({ ...settings, members })}
      />
    </>
  );
}
