// What `__DATE__`, `__TIME__` and `__TIMESTAMP__` say in what the command line makes.

import type { SourceTimes } from '../preprocess/preprocessed.ts';
import type { Shell } from './shell.ts';

/**
 * The times that cpp would print at `now`: local time, and for date and time those of `SOURCE_DATE_EPOCH`, in UTC, where it
 * is a number of seconds.
 */
export function sourceTimes({ env, files }: Pick<Shell, 'env' | 'files'>, now: Date): SourceTimes {
  const epoch = env['SOURCE_DATE_EPOCH'] ?? '';
  // GCC takes seconds up to the end of the year 9999.
  const isGiven = /^[0-9]{1,12}$/.test(epoch) && Number(epoch) <= 253402300799;
  const built = isGiven ? inUtc(new Date(Number(epoch) * 1000)) : inLocalTime(now);
  return {
    date: `${built.month} ${built.day.padStart(2)} ${built.year.padStart(4)}`,
    time: built.time,
    timestampOf(file) {
      const changed = files.changedAt(file);
      if (changed === undefined) return undefined;
      const { weekday, month, day, time, year } = inLocalTime(new Date(changed));
      return `${weekday} ${month} ${day.padStart(2)} ${time} ${year}`;
    },
  };
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Written {
  readonly weekday: string;
  readonly month: string;
  readonly day: string;
  readonly time: string;
  readonly year: string;
}

function inUtc(date: Date): Written {
  return {
    weekday: weekdays[date.getUTCDay()] ?? '',
    month: months[date.getUTCMonth()] ?? '',
    day: `${date.getUTCDate()}`,
    time: [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':'),
    year: `${date.getUTCFullYear()}`,
  };
}

function inLocalTime(date: Date): Written {
  return inUtc(new Date(date.getTime() - date.getTimezoneOffset() * 60_000));
}

function twoDigits(value: number): string {
  return `${value}`.padStart(2, '0');
}
