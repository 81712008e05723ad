/** A time, as the reader's own browser writes it; the exact one is in its title. */
const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const yearTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const shortOf = (date: Date, now: Date): string => {
  if (date.toDateString() === now.toDateString()) return clockTime.format(date);
  return (date.getFullYear() === now.getFullYear() ? dayTime : yearTime).format(date);
};

export const When = ({ at, otherwise = '–' }: { at: string | null; otherwise?: string }) => {
  if (at === null) return <span class="quiet">{otherwise}</span>;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <bdi>{at}</bdi>;
  return (
    <time dateTime={at} title={at}>
      {shortOf(date, new Date())}
    </time>
  );
};

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `3 hours 5 minutes`. */
export const spanOf = (seconds: number): string => {
  const parts: string[] = [];
  let rest = seconds;
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.length === 0 ? `${seconds} seconds` : parts.slice(0, 2).join(' ');
};
