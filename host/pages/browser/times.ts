/** Times as the visitor's own browser writes them. */
const clockTime = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const wholeDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

export const timeOf = (at: string): string => clockTime.format(new Date(at));
export const fullTimeOf = (at: string): string => fullTime.format(new Date(at));

const dayNumber = (date: Date): number => Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);

/** Two messages with the same label were written on the same day of the visitor's calendar. */
export const dayOf = (at: string, now: Date): string => {
  const date = new Date(at);
  const days = dayNumber(now) - dayNumber(date);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return date.getFullYear() === now.getFullYear() ? dayAndMonth.format(date) : wholeDate.format(date);
};
