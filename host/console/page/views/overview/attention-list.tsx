import { shown } from '../../parts/foreign.tsx';
import { hrefOf } from '../../place/place.ts';
import type { Attention } from './attention.ts';

export const AttentionList = ({ items }: { items: readonly Attention[] }) =>
  items.length === 0 ? (
    <p class="empty">Nothing. Everything runs by itself.</p>
  ) : (
    <ul class="attention">
      {items.map(({ tone, what, reason, fix, path, query }) => (
        <li key={`${path.join('/')} ${what}`} class={`attention-item attention-${tone}`}>
          <a href={hrefOf(path, query)}>{shown(what)}</a>
          {reason !== null && <p>{shown(reason)}</p>}
          {fix !== null && <p class="quiet">{shown(fix)}</p>}
        </li>
      ))}
    </ul>
  );
