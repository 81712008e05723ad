/** Where the text is no document, said while it is written. */
import { shown } from '../../parts/foreign.tsx';
import type { Fault } from './document-text.ts';

export const Faults = ({ faults }: { faults: readonly Fault[] }) => (
  <div role="status">
    {faults.length > 0 && (
      <ul class="note note-bad faults">
        {faults.map(({ place, message, hint }) => (
          <li key={`${place} ${message}`}>
            <strong>
              {place}: {shown(message)}
            </strong>{' '}
            {shown(hint)}
          </li>
        ))}
      </ul>
    )}
  </div>
);
