/** Decoration only: whoever shows one says in words what it means. */
const icon = { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': 2 } as const;

export const MarkIcon = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M9 4h14a6 6 0 0 1 6 6v8a6 6 0 0 1-6 6h-7.5L9.2 28.6A.75.75 0 0 1 8 28v-4.1A6 6 0 0 1 3 18v-8a6 6 0 0 1 6-6z" />
    <g class="mark-dots">
      <circle cx="10.5" cy="14" r="2" />
      <circle cx="16" cy="14" r="2" />
      <circle cx="21.5" cy="14" r="2" />
    </g>
  </svg>
);

export const SendIcon = () => (
  <svg {...icon} class="icon" aria-hidden="true">
    <path d="M12 19V5M5.5 11.5 12 5l6.5 6.5" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);

export const DownIcon = () => (
  <svg {...icon} class="icon" aria-hidden="true">
    <path d="M12 5v14M5.5 12.5 12 19l6.5-6.5" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);
