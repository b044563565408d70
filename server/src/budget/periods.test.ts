import { beforeAll, describe, expect, test } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { server, useServer } from '../testing/use-server.js';

/** The calendar's months, as PostgreSQL reckons them and as Temporal does, which has a time zone database of its own. */

useServer();

interface Period {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
}

const zones = [
  'Africa/Kigali',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'UTC',
];

/** The first moment of the month; where its midnight comes twice, the second one, from which on there is no way back. */
function monthStart(zone: string, month: Temporal.PlainYearMonth): Temporal.Instant {
  const key = `${zone} ${month}`;
  const known = monthStarts.get(key);
  if (known !== undefined) return known;
  const midnight = month.toPlainDate({ day: 1 }).toPlainDateTime();
  const start = midnight.toZonedDateTime(zone, { disambiguation: 'later' }).toInstant();
  monthStarts.set(key, start);
  return start;
}

const monthStarts = new Map<string, Temporal.Instant>();

/** What `budget_period` is to say, worked out anew from the rules. */
function periodAt(last: Period, zone: string, at: Temporal.Instant): Period {
  if (Temporal.Instant.compare(at, last.end) < 0) return last;
  const later = last.end.add({ hours: 48 });
  const moment = Temporal.Instant.compare(at, later) < 0 ? later : at;
  const named = moment.toZonedDateTimeISO(zone).toPlainDate().toPlainYearMonth();
  const hasBegun = Temporal.Instant.compare(monthStart(zone, named), moment) <= 0;
  const month = hasBegun ? named : named.subtract({ months: 1 });
  const start = monthStart(zone, month);
  const isWithin = Temporal.Instant.compare(start, last.end) >= 0 && Temporal.Instant.compare(start, at) <= 0;
  return { start: isWithin ? start : last.end, end: monthStart(zone, month.add({ months: 1 })) };
}

interface Question {
  readonly zone: string;
  readonly last: Period;
  readonly at: Temporal.Instant;
}

/** What PostgreSQL says to all of them, as instants. */
async function periodsOf(questions: readonly Question[]): Promise<Period[]> {
  const rows = await server.database.rows<{ start: Date; end: Date }>({
    text: `SELECT p.starts AS start, p.ends AS "end"
      FROM unnest($1::timestamptz[], $2::timestamptz[], $3::text[], $4::timestamptz[]) WITH ORDINALITY
        AS q (last_start, last_end, zone, at, place)
      CROSS JOIN LATERAL budget_period(q.last_start, q.last_end, q.zone, q.at) AS p ORDER BY q.place`,
    values: [
      questions.map(({ last }) => last.start.toString()),
      questions.map(({ last }) => last.end.toString()),
      questions.map(({ zone }) => zone),
      questions.map(({ at }) => at.toString()),
    ],
  });
  const instant = (time: Date) => Temporal.Instant.fromEpochMilliseconds(time.getTime());
  return rows.map(({ start, end }) => ({ start: instant(start), end: instant(end) }));
}

const shown = ({ start, end }: Period) => `${start} – ${end}`;

describe.each(zones)('in %s', (zone) => {
  const first = Temporal.PlainYearMonth.from('2022-01');
  const months = Array.from({ length: 84 }, (_, index) => first.add({ months: index }));
  const periods = months.map((month) => ({
    start: monthStart(zone, month),
    end: monthStart(zone, month.add({ months: 1 })),
  }));

  test('seven years of months follow each other without a gap, and begin at midnight of the first', async () => {
    const questions = periods.slice(1).map((period, index) => ({
      zone,
      last: periods[index] as Period,
      at: period.start,
    }));
    const found = await periodsOf(questions);
    expect(found.map(shown)).toEqual(periods.slice(1).map(shown));
    for (const [index, { start }] of found.entries()) {
      const { day, month } = start.toZonedDateTimeISO(zone);
      expect([day, month]).toEqual([1, months[index + 1]?.month]);
    }
  });

  test('a moment is in one of them, first and last ones too, and whoever comes late finds the same', async () => {
    const questions = periods.slice(2).flatMap(({ start, end }, index): Question[] => {
      const last = periods[index] as Period;
      const previous = periods[index + 1] as Period;
      return [
        { zone, last, at: start },
        { zone, last, at: end.subtract({ milliseconds: 1 }) },
        { zone, last: previous, at: start.subtract({ milliseconds: 1 }) },
        { zone, last: previous, at: start.add({ hours: 49 }) },
      ];
    });
    const found = await periodsOf(questions);
    expect(found.map(shown)).toEqual(questions.map(({ last, at }) => shown(periodAt(last, zone, at))));
    const expected = periods.slice(2).flatMap((period, index) => [period, period, periods[index + 1], period]);
    expect(found.map(shown)).toEqual(expected.map((period) => shown(period as Period)));
  });
});

describe('from one zone to another', () => {
  let moves: Question[];
  let found: Period[];
  beforeAll(async () => {
    const months = ['2026-02', '2026-03', '2026-10'].map((month) => Temporal.PlainYearMonth.from(month));
    moves = zones.flatMap((from) =>
      zones.flatMap((zone) =>
        months.flatMap((month) => {
          const last = { start: monthStart(from, month), end: monthStart(from, month.add({ months: 1 })) };
          return [-1, 0, 25 * 3_600_000, 20 * 24 * 3_600_000].map((milliseconds) => ({
            zone,
            last,
            at: last.end.add({ milliseconds }),
          }));
        }),
      ),
    );
    found = await periodsOf(moves);
  });

  test('PostgreSQL and Temporal say the same', () => {
    expect(moves.length).toBeGreaterThan(2_000);
    expect(found.map(shown)).toEqual(moves.map(({ zone, last, at }) => shown(periodAt(last, zone, at))));
  });

  test('the period under way keeps its bounds, and the next begins where it ends and is no stub of a month', () => {
    for (const [index, { last, at }] of moves.entries()) {
      const { start, end } = found[index] as Period;
      const isOver = Temporal.Instant.compare(at, last.end) >= 0;
      if (!isOver) expect(shown({ start, end })).toBe(shown(last));
      else {
        expect(Temporal.Instant.compare(start, last.end)).toBeGreaterThanOrEqual(0);
        expect(Temporal.Instant.compare(start, at)).toBeLessThanOrEqual(0);
        expect(end.since(start).total('days')).toBeGreaterThan(26.9);
        expect(end.since(start).total('days')).toBeLessThan(33.2);
      }
    }
  });
});

test('where midnight comes twice, the month begins with the second, for who was there last month and who was not', async () => {
  // On the first of November 2026 Havana goes back from one o'clock to midnight: at 05:00 UTC.
  const zone = 'America/Havana';
  const periodOf = (start: string, end: string): Period => ({
    start: Temporal.Instant.from(start),
    end: Temporal.Instant.from(end),
  });
  const august = periodOf('2026-08-01T04:00Z', '2026-09-01T04:00Z');
  const september = periodOf('2026-09-01T04:00Z', '2026-10-01T04:00Z');
  const october = periodOf('2026-10-01T04:00Z', '2026-11-01T05:00Z');
  const november = periodOf('2026-11-01T05:00Z', '2026-12-01T05:00Z');
  for (const last of [august, september, october]) {
    const before = Temporal.Instant.from('2026-11-01T04:30Z');
    const [first, second] = await periodsOf([before, november.start].map((at) => ({ zone, last, at })));
    expect([first, second].map((period) => shown(period as Period))).toEqual([shown(october), shown(november)]);
  }
});
