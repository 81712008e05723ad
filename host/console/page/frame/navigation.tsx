import { hrefOf } from '../place/place.ts';
import { GROUPS } from '../views/views.ts';

export const Navigation = ({ current }: { current: string }) => (
  <nav class="navigation" aria-label="Views">
    {GROUPS.map(({ title, views }) => (
      <div key={title} class="navigation-group">
        <h2>{title}</h2>
        <ul>
          {views.map((view) => (
            <li key={view.name}>
              <a href={hrefOf(view.name === '' ? [] : [view.name])} aria-current={view.name === current ? 'page' : undefined}>
                {view.title}
              </a>
            </li>
          ))}
        </ul>
      </div>
    ))}
  </nav>
);
