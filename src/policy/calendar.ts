/** Moments as the text that tags hold. */

/**
 * Calendar day (YYYYMMDD) and time of day (HHMMSS) in a time zone of the IANA list.
 * @throws RangeError when there is no such zone
 */
export function calendarOf(timezone: string): (time: number) => { date: string; time: string } {
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
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const text = (...types: Intl.DateTimeFormatPartTypes[]) => types.map((t) => parts.get(t) ?? '').join('');
    return {
      date: text('year', 'month', 'day').padStart(8, '0'),
      time: text('hour', 'minute', 'second'),
    };
  };
}

/** `20191203T153530Z`: always UTC, as its Z says. */
export function timestampOf(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
