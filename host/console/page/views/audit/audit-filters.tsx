import { useEffect, useState } from 'preact/hooks';
import { TextField } from '../../parts/field.tsx';
import { goTo } from '../../place/use-place.ts';
import { type Filters, fromFields, toFields } from './filters.ts';

export interface AuditFiltersProps {
  /** In force. */
  filters: Filters;
  /** Actions to choose from. */
  actions: readonly string[];
}

export const AuditFilters = ({ filters, actions }: AuditFiltersProps) => {
  const [fields, setFields] = useState(() => toFields(filters));
  // Somebody may have come back to another address of this view.
  useEffect(() => setFields(toFields(filters)), [JSON.stringify(filters)]);
  const field = (name: keyof Filters) => ({
    value: fields[name] ?? '',
    onValue: (value: string) => setFields((before) => ({ ...before, [name]: value })),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    goTo(['audit'], fromFields(fields));
  };
  return (
    <form class="filters" onSubmit={submit}>
      <TextField label="Action" {...field('action')} choices={actions} maxLength={100} />
      <TextField label="Actor" {...field('actor')} maxLength={255} />
      <TextField label="Subject" {...field('subject')} maxLength={255} />
      <TextField label="Channel" {...field('channel_id')} maxLength={64} />
      <TextField label="Person" {...field('person_id')} maxLength={64} />
      <TextField label="From" type="datetime-local" {...field('from')} />
      <TextField label="To" type="datetime-local" {...field('to')} />
      <button type="submit" class="button">
        Filter
      </button>
      {Object.keys(filters).length > 0 && (
        <button type="button" class="button button-quiet" onClick={() => goTo(['audit'])}>
          Show all
        </button>
      )}
    </form>
  );
};
