/** Labelled fields of forms. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  value: string;
  onValue(value: string): void;
}

const Hinted = ({ id, hint }: { id: string; hint: ComponentChildren }) =>
  hint ? (
    <span id={id} class="field-hint">
      {hint}
    </span>
  ) : null;

export interface TextFieldProps extends FieldProps {
  type?: 'text' | 'password' | 'number' | 'search' | 'datetime-local';
  required?: boolean;
  maxLength?: number;
  placeholder?: string;
  /** Suggestions that are not binding. */
  choices?: readonly string[];
}

export const TextField = ({ label, hint, value, onValue, type = 'text', choices, ...rest }: TextFieldProps) => {
  const [hintId, listId] = [useId(), useId()];
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <input
        type={type}
        value={value}
        autocomplete={type === 'password' ? 'new-password' : 'off'}
        spellcheck={false}
        aria-describedby={hint ? hintId : undefined}
        list={choices ? listId : undefined}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
        {...rest}
      />
      {choices && (
        <datalist id={listId}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
      <Hinted id={hintId} hint={hint} />
    </label>
  );
};

export interface TextAreaProps extends FieldProps {
  rows?: number;
  /** For what a machine reads. */
  code?: boolean;
  required?: boolean;
  maxLength?: number;
}

export const TextArea = ({ label, hint, value, onValue, rows = 4, code = false, ...rest }: TextAreaProps) => {
  const hintId = useId();
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <textarea
        class={code ? 'field-code' : undefined}
        rows={rows}
        value={value}
        spellcheck={!code}
        aria-describedby={hint ? hintId : undefined}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
        {...rest}
      />
      <Hinted id={hintId} hint={hint} />
    </label>
  );
};

export interface ChoiceProps extends FieldProps {
  /** The empty value is the one that asks for nothing. */
  choices: readonly (readonly [value: string, words: string])[];
}

export const Choice = ({ label, hint, value, onValue, choices }: ChoiceProps) => {
  const hintId = useId();
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <select value={value} aria-describedby={hint ? hintId : undefined} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
        {choices.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
      <Hinted id={hintId} hint={hint} />
    </label>
  );
};

/** `anything` in front: for filters. */
export const anyOf = (words: string, values: readonly string[]): readonly (readonly [string, string])[] => [
  ['', words],
  ...values.map((value) => [value, value.replaceAll('_', ' ')] as const),
];
