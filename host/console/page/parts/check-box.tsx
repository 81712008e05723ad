import type { ComponentChildren } from 'preact';

export interface CheckBoxProps {
  checked: boolean;
  disabled?: boolean;
  onChecked(checked: boolean): void;
  children: ComponentChildren;
}

export const CheckBox = ({ checked, disabled = false, onChecked, children }: CheckBoxProps) => (
  <label class="check">
    <input type="checkbox" checked={checked} disabled={disabled} onChange={({ currentTarget }) => onChecked(currentTarget.checked)} />
    <span>{children}</span>
  </label>
);
