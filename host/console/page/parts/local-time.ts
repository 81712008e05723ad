/** Between the API's times and what a field of the type `datetime-local` holds, which is the reader's own time. */
const two = (part: number): string => String(part).padStart(2, '0');

/** Empty for what is no time. */
export const toLocal = (at: string | undefined): string => {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return '';
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
};

export const fromLocal = (local: string): string | null => {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};
