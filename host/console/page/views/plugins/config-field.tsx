/** One field of a plugin's configuration: to be read, or to be changed. */
import { useState } from 'preact/hooks';
import { Choice, TextArea, TextField } from '../../parts/field.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import type { FormField } from './config-fields.ts';
import { fileOf, type Kind } from './kinds.ts';

const LONG = 200;

const sourceWords = (kind: Kind, source: string): string => {
  if (source === 'file') return fileOf(kind);
  return source === 'environment' ? 'a variable of the environment' : source === 'default' ? 'its default' : 'what is stored';
};

/** What stands now, in words. */
const stands = (kind: Kind, { hidden, source, missing, schema }: FormField): string => {
  if (missing) return 'It has no value yet, and does not run without one.';
  if (source === null) return schema.generate === undefined ? 'It has no value.' : 'The host makes a value when there is none.';
  if (source === 'stored') return hidden ? 'A value is stored. It is not shown.' : 'Stored.';
  const from = sourceWords(kind, source);
  return hidden ? `A value is set, by ${from}. It is not shown.` : `Set by ${from}.`;
};

const labelOf = ({ label, needed }: FormField): string => shown(needed ? `${label} (needed)` : label);

const Hint = ({ field: { about }, says }: { field: FormField; says: readonly (string | false)[] }) => (
  <>
    {about !== null && (
      <>
        <Foreign text={about} />{' '}
      </>
    )}
    {says.filter(Boolean).join(' ')}
  </>
);

/** For whoever may not change it, or when a file or variable states it. */
export const ShownField = ({ kind, field }: { kind: Kind; field: FormField }) => (
  <div class="field">
    <span class="field-label">{shown(field.label)}</span>
    {field.value !== null && <Foreign class="field-value" text={field.value} />}
    {field.value === null && field.source !== null && <span class="field-value">••••••••</span>}
    <span class="field-hint">
      <Hint field={field} says={[stands(kind, field), field.fixed && 'It is changed there.']} />
    </span>
  </div>
);

interface Editing {
  kind: Kind;
  field: FormField;
  draft: string | null | undefined;
  onDraft(draft: string | null | undefined): void;
}

const HiddenField = ({ kind, field, draft, onDraft }: Editing) => {
  const [inLines, setInLines] = useState(false);
  const of = {
    label: labelOf(field),
    hint: <Hint field={field} says={[stands(kind, field), field.source !== null && 'Empty keeps it.']} />,
    value: draft ?? '',
    onValue: (text: string) => onDraft(text === '' ? undefined : text),
  };
  const removes = draft === null;
  return (
    <div class="config-secret">
      {removes || (inLines ? <TextArea {...of} code /> : <TextField {...of} type={field.secret ? 'password' : 'text'} />)}
      {removes && <ShownField kind={kind} field={field} />}
      <div class="config-checks">
        {field.secret && !removes && (
          <label class="check">
            <input type="checkbox" checked={inLines} onChange={({ currentTarget }) => setInLines(currentTarget.checked)} />
            <span>
              In several lines, readable <span class="visually-hidden">({shown(field.label)})</span>
            </span>
          </label>
        )}
        {field.source === 'stored' && (
          <label class="check">
            <input type="checkbox" checked={removes} onChange={({ currentTarget }) => onDraft(currentTarget.checked ? null : undefined)} />
            <span>
              Take the stored value away <span class="visually-hidden">({shown(field.label)})</span>
            </span>
          </label>
        )}
      </div>
    </div>
  );
};

const choicesOf = ({ schema }: FormField): readonly (readonly [string, string])[] | null => {
  const values = schema.enum ?? (schema.type === 'boolean' ? [true, false] : null);
  if (values === null) return null;
  const none = schema.default === undefined ? 'No value' : `Default: ${schema.default}`;
  return [['', shown(none)], ...values.map((value) => [String(value), shown(String(value))] as const)];
};

export const ConfigField = ({ kind, field, draft, onDraft }: Editing) => {
  if (field.hidden) return <HiddenField kind={kind} field={field} draft={draft} onDraft={onDraft} />;
  const { schema, stored, source } = field;
  const otherwise = schema.default !== undefined && `Without a value: ${shown(String(schema.default))}.`;
  const of = {
    label: labelOf(field),
    hint: <Hint field={field} says={[source !== 'default' && stands(kind, field), otherwise]} />,
    value: draft ?? stored,
    onValue: onDraft,
  };
  const choices = choicesOf(field);
  if (choices !== null) return <Choice {...of} choices={choices} />;
  const isLong = schema.type === 'string' && ((schema.max ?? 0) > LONG || stored.length > LONG || stored.includes('\n'));
  return isLong ? <TextArea {...of} code /> : <TextField {...of} />;
};
