import { useEffect, useEffectEvent, useId, useState } from 'react';
import { environments, keysOf, regions, statuses } from '../labels.js';
import { Select } from '../ui/select.js';
import { type Filters, isFiltered, noFilters, orders, searchLengthMax } from './filters.js';
import type { SetFilters } from './use-filters.js';

interface FilterBarProps {
  filters: Filters;
  onChange: SetFilters;
}

export function FilterBar({ filters, onChange }: FilterBarProps) {
  const orderId = useId();
  const choicesId = useId();
  // Matters on narrow screens only: on others the choices are always there.
  const [isOpen, setOpen] = useState(false);
  const chosen = filters.environments.length + filters.statuses.length + filters.regions.length;
  return (
    <search className="filters" aria-label="Workspaces">
      <div className="filters-row">
        <SearchBox filters={filters} onChange={onChange} />
        <div className="filters-order">
          <label htmlFor={orderId}>Order</label>
          <Select
            control={{ id: orderId }}
            labels={orders}
            value={filters.order}
            onChange={(order) => onChange({ ...filters, order })}
          />
        </div>
        <button
          type="button"
          className="button filters-toggle"
          aria-expanded={isOpen}
          aria-controls={choicesId}
          onClick={() => setOpen(!isOpen)}
        >
          Filters{chosen > 0 && ` (${chosen})`}
        </button>
      </div>
      <div className="filters-row filters-choices" id={choicesId} data-open={isOpen}>
        <FilterChoices filters={filters} onChange={onChange} />
      </div>
    </search>
  );
}

function FilterChoices({ filters, onChange }: FilterBarProps) {
  return (
    <>
      <Choices
        legend="Environment"
        labels={environments}
        chosen={filters.environments}
        onChange={(chosen) => onChange({ ...filters, environments: chosen })}
      />
      <Choices
        legend="Status"
        labels={statuses}
        chosen={filters.statuses}
        onChange={(chosen) => onChange({ ...filters, statuses: chosen })}
      />
      <Choices
        legend="Region"
        labels={regions}
        chosen={filters.regions}
        onChange={(chosen) => onChange({ ...filters, regions: chosen })}
      />
      {isFiltered(filters) && (
        <button type="button" className="button quiet" onClick={() => onChange({ ...noFilters, order: filters.order })}>
          Clear filters
        </button>
      )}
    </>
  );
}

/** What is typed shows at once and is looked for a moment after the last letter. */
function SearchBox({ filters, onChange }: FilterBarProps) {
  /** What is not looked for yet; null where the filters say it already. */
  const [typed, setTyped] = useState<string | null>(null);
  const lookFor = (search: string) => {
    setTyped(null);
    if (search !== filters.search) onChange({ ...filters, search }, 'replace');
  };
  const onSettled = useEffectEvent(lookFor);
  useEffect(() => {
    if (typed === null) return;
    const timer = setTimeout(() => onSettled(typed), 250);
    return () => clearTimeout(timer);
  }, [typed]);

  return (
    <input
      type="search"
      className="filters-search"
      aria-label="Search by name"
      placeholder="Search by name"
      maxLength={searchLengthMax}
      value={typed ?? filters.search}
      onChange={(event) => setTyped(event.target.value)}
      // What is clicked next comes after it.
      onBlur={() => typed !== null && lookFor(typed)}
    />
  );
}

interface ChoicesProps<Value extends string> {
  legend: string;
  labels: Readonly<Record<string, string>>;
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
}

function Choices<Value extends string>({ legend, labels, chosen, onChange }: ChoicesProps<Value>) {
  const known = keysOf(labels) as Value[];
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {known.map((value) => (
        <label className="choice" key={value}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={({ target: { checked } }) =>
              onChange(known.filter((other) => (other === value ? checked : chosen.includes(other))))
            }
          />
          {labels[value]}
        </label>
      ))}
    </fieldset>
  );
}
