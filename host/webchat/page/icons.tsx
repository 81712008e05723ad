/** Decoration only: whoever shows one says in words what it means. */
const icon = { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': 2 } as const;

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
