/** Dates as the web writes them: ISO 8601 and its neighbours, and the form of mail and HTTP (RFC 822, 2822, 850). */

const ISO =
  /^(\d{4})-?(\d{2})(?:-?(\d{2})(?:[T ]\s?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?)?$/i;
const MAIL =
  /^(?:[a-z]{3,9}\.?,?\s{1,4})?(\d{1,2})[\s-]{1,4}([a-z]{3,9})\.?,?[\s-]{1,4}(\d{4}|\d{2})(?:,?\s{1,4}(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,4}([a-z]{1,5}|[+-]\d{2}:?\d{2})?)?(?:\s\([^()]*\))?$/i;
const LONGEST = 64;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Those of RFC 822, and what European feeds write. Other letters mean different zones in different countries. */
const HOURS: Readonly<Record<string, number>> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  wet: 0,
  west: 1,
  cet: 1,
  cest: 2,
  eet: 2,
  eest: 3,
};

/** Minutes east of Greenwich; without a zone 0, so that a text means the same on every machine. NaN for one that nobody knows. */
const offsetOf = (zone: string | undefined): number => {
  if (zone === undefined) return 0;
  const numeric = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (numeric !== null) return (numeric[1] === '-' ? -1 : 1) * (Number(numeric[2]) * 60 + Number(numeric[3] ?? 0));
  const known = zone.toLowerCase();
  return Object.hasOwn(HOURS, known) ? (HOURS[known] as number) * 60 : Number.NaN;
};

interface Parts {
  year: number;
  /** From 0. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
  zone: string | undefined;
}

const toIso = ({ year, month, day, hour, minute, second, ms, zone }: Parts): string | undefined => {
  // A leap second is the one before it; 24:00 is written by some.
  const fits = hour <= 24 && minute <= 59 && second <= 60 && day >= 1 && day === new Date(Date.UTC(year, month, day)).getUTCDate();
  const time = Date.UTC(year, month, day, hour, minute, Math.min(second, 59), ms) - offsetOf(zone) * 60_000;
  return fits && month >= 0 && month <= 11 && year >= 100 && Number.isFinite(time) ? new Date(time).toISOString() : undefined;
};

const fullYear = (text: string): number => (text.length === 4 ? Number(text) : Number(text) + (Number(text) < 70 ? 2000 : 1900));

/** A date of one of these forms as ISO 8601 in UTC; a time without a zone is UTC. `undefined` for anything else. */
export const asTimestamp = (value: unknown): string | undefined => {
  const text = typeof value === 'string' && value.length <= LONGEST * 2 ? value.trim() : '';
  if (text === '' || text.length > LONGEST) return undefined;
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day = '1', hour = '0', minute = '0', second = '0', fraction = '0', zone] = iso;
    const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
    return toIso({
      year: Number(year),
      month: Number(month) - 1,
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      ms,
      zone,
    });
  }
  const mail = MAIL.exec(text);
  if (mail === null) return undefined;
  const [, day, name = '', year = '', hour = '0', minute = '0', second = '0', zone] = mail;
  return toIso({
    year: fullYear(year),
    month: MONTHS.indexOf(name.slice(0, 3).toLowerCase()),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    ms: 0,
    zone,
  });
};
