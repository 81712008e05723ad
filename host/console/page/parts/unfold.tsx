/** What is behind a line, made when somebody opens it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export const Unfold = ({ summary, children }: { summary: ComponentChildren; children(): ComponentChildren }) => {
  const [open, setOpen] = useState(false);
  return (
    <details class="unfold" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  );
};
