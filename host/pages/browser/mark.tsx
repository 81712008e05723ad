/** The sign of the house. Decoration only: whoever shows it says in words what it means. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M9 4h14a6 6 0 0 1 6 6v8a6 6 0 0 1-6 6h-7.5L9.2 28.6A.75.75 0 0 1 8 28v-4.1A6 6 0 0 1 3 18v-8a6 6 0 0 1 6-6z" />
    <g class="mark-dots">
      <circle cx="10.5" cy="14" r="2" />
      <circle cx="16" cy="14" r="2" />
      <circle cx="21.5" cy="14" r="2" />
    </g>
  </svg>
);
