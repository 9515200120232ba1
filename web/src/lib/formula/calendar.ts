/** Working days: Monday to Friday, corrected by the days that the server sent along. */
import { LAST_DAY } from "./dates.ts";
import { integer } from "./numbers.ts";
import type { CalendarData, Day, Num } from "./types.ts";

export const PLAIN: CalendarData = { first: 1, last: 9999, days: [], correction: [], before: [] };
const MOST = 3_652_058;

function weekdays(day: number): number {
  const weeks = Math.floor(day / 7);
  return weeks * 5 + Math.min(day - weeks * 7, 5);
}

function weekdayOfCount(count: number): number {
  const weeks = Math.floor((count - 1) / 5);
  return weeks * 7 + (count - 1 - weeks * 5) + 1;
}

/** How many of the sorted values are not greater. */
function upTo(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < (values[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function counted(calendar: CalendarData, day: number): number {
  const at = upTo(calendar.days, day);
  return weekdays(day) + (calendar.correction[at - 1] ?? 0);
}

function ofCount(calendar: CalendarData, count: number): number {
  const at = upTo(calendar.before, count - 1);
  const day = calendar.days[at - 1];
  const correction = calendar.correction[at - 1];
  if (day === undefined || correction === undefined) return weekdayOfCount(count);
  return weekdays(day) + correction >= count ? day : weekdayOfCount(count - correction);
}

export function workday(day: Day, n: Num, calendar: CalendarData): Day {
  if (day === null || n === null || n.abs().gt(MOST)) return null;
  const count = integer(n, -MOST, MOST);
  if (count === 0) return day;
  const target =
    count > 0 ? counted(calendar, day) + count : counted(calendar, day - 1) + count + 1;
  const found = ofCount(calendar, target);
  return found >= 1 && found <= LAST_DAY ? found : null;
}

export function workdays(start: Day, end: Day, calendar: CalendarData): number | null {
  if (start === null || end === null) return null;
  const [first, last] = start <= end ? [start, end] : [end, start];
  const count = counted(calendar, last) - counted(calendar, first - 1);
  return start <= end ? count : -count;
}
