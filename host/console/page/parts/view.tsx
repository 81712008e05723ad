/** One view of the console: its heading, what it is for, and what it holds. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { shown } from './foreign.tsx';

export interface ViewProps {
  title: string;
  /** One sentence on what this is. */
  lead?: ComponentChildren;
  /** Where it lies below: `Channels` above a channel. */
  above?: { title: string; href: string };
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export const View = ({ title, lead, above, actions, children }: ViewProps) => {
  const heading = useRef<HTMLHeadingElement>(null);
  const seen = shown(title);
  useEffect(() => {
    document.title = `${seen} – CommunicationOS`;
  }, [seen]);
  // Whoever came by keyboard or ear goes on from here; the first view is where the page begins anyway.
  useEffect(() => {
    if (document.activeElement?.closest('.navigation, .view')) heading.current?.focus();
  }, []);
  return (
    <article class="view">
      <header class="view-head">
        <div class="view-title">
          {above && (
            <a class="view-above" href={above.href}>
              {above.title}
            </a>
          )}
          <h1 ref={heading} tabIndex={-1}>
            <bdi>{seen}</bdi>
          </h1>
          {lead && <p class="view-lead">{lead}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </article>
  );
};

export const Section = ({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) => (
  <section class="section">
    <header class="section-head">
      <h2>{title}</h2>
      {actions && <div class="actions">{actions}</div>}
    </header>
    {lead && <p class="section-lead">{lead}</p>}
    {children}
  </section>
);
