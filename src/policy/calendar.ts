/** Moments as the text that tags hold. */

/** One moment in a time zone, as templates name it. */
export interface Moment {
  readonly date: string;
  readonly time: string;
  /** always UTC, as its Z says */
  readonly timestamp: string;
}

/**
 * Calendar day (YYYYMMDD) and time of day (HHMMSS) in a time zone of the IANA list, and the time stamp 20191203T153530Z.
 * @throws RangeError when there is no such zone
 */
export function calendarOf(timezone: string): (time: number) => Moment {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const momentOf = (time: number): Moment => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const text = (...types: Intl.DateTimeFormatPartTypes[]) => types.map((t) => parts.get(t) ?? '').join('');
    return {
      date: text('year', 'month', 'day'),
      time: text('hour', 'minute', 'second'),
      timestamp: new Date(time).toISOString().replace(/[-:]|\.\d+/g, ''),
    };
  };
  // A run asks for one moment only, but once for each of its refs.
  let last: { readonly at: number; readonly moment: Moment } | undefined;
  return (time) => {
    if (last?.at !== time) last = { at: time, moment: momentOf(time) };
    return last.moment;
  };
}

/** Is this YYYYMMDD a day of the (proleptic Gregorian) calendar? */
export function isCalendarDay(text: string): boolean {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(4, 6));
  const day = Number(text.slice(6, 8));
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (lengths[month - 1] ?? 0);
}
