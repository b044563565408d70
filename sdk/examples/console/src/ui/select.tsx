import { keysOf } from '../labels.js';
import type { FieldControl } from './field.js';

interface SelectProps<Value extends string> {
  control: Partial<FieldControl>;
  labels: Readonly<Record<Value, string>>;
  value: Value;
  onChange: (value: Value) => void;
}

export function Select<Value extends string>({ control, labels, value, onChange }: SelectProps<Value>) {
  return (
    <span className="select">
      <select {...control} value={value} onChange={(event) => onChange(event.target.value as Value)}>
        {keysOf(labels).map((key) => (
          <option key={key} value={key}>
            {labels[key]}
          </option>
        ))}
      </select>
    </span>
  );
}
