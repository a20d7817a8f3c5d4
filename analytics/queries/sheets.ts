import type { ClickHouseClient } from '@clickhouse/client';
import { inOneTurn } from '#platform/lifecycle/inOneTurn.ts';
import type { Cube } from '../rollups.ts';
import { cubeFor } from './cubes.ts';
import { intervalStarts, pointLimit, type Interval } from './intervals.ts';
import { queryFigures, type Asked, type Figures, type Overview } from './overview.ts';
import type { Scope } from './scope.ts';
import { apart, type Span } from './segments.ts';
import { counterOf, measureOf, pointsOf, type Metric, type Point } from './series.ts';

/** Beyond so many points a curve is asked for by itself: it comes once for each platform from a statement that tells them apart. */
const MOST_POINTS = 500;

interface OverviewOf {
  readonly scope: Scope;
  readonly span: Span;
  readonly byPlatform: boolean;
}

interface SeriesOf {
  readonly scope: Scope;
  readonly span: Span;
  readonly cut: Cut;
  readonly metric: Metric;
}

/** How intervals are cut: by which calendar, and how long they are. */
interface Cut {
  readonly interval: Interval;
  readonly zone: string;
}

type Question = OverviewOf | SeriesOf;

/** What a dashboard shows of its scope as a whole: whatever is asked for at the same moment comes of as few statements as may be. */
export interface Sheets {
  readonly overviewOf: (question: OverviewOf) => Promise<Overview>;
  readonly seriesOf: (question: SeriesOf) => Promise<Point[]>;
}

export function createSheets(client: ClickHouseClient): Sheets {
  const ask = inOneTurn(keyOf, (questions: readonly [Question, ...Question[]]) => answer(client, questions));
  return {
    overviewOf: async (question) => (await ask(question)).overview,
    seriesOf: async (question) => {
      const { pieces } = await ask(question);
      return pointsOf(question.metric, startsOf(question), pieces);
    },
  };
}

/** Equal for what one statement can answer, but for spans that lie on each other. */
function keyOf(question: Question): string {
  const { scope, span } = question;
  const isLong = isSeries(question) && pointLimit(span, question.cut.interval) > MOST_POINTS;
  return JSON.stringify([scope, cubeOf(question), ...(isLong ? [span, question.cut] : [])]);
}

/** The figures of each question's span. */
async function answer(client: ClickHouseClient, questions: readonly [Question, ...Question[]]): Promise<Figures[]> {
  const { scope } = questions[0];
  const metrics = questions.filter(isSeries).map(({ metric }) => metric);
  const options = {
    cube: cubeOf(questions[0]),
    byPlatform: questions.some((question) => !isSeries(question) && question.byPlatform),
    measures: [...new Set(metrics.map(measureOf))],
    counters: [...new Set(metrics.flatMap((metric) => counterOf(metric) ?? []))],
  };
  const spans = new Map(questions.map(({ span }) => [nameOf(span), span]));
  const figures = new Map<string, Figures>();
  await Promise.all(
    apart([...spans.values()]).map(async (some) => {
      const asked = some.map((span) => askedOf(span, questions));
      const found = await queryFigures(client, scope, asked, options);
      for (const one of found) figures.set(nameOf(one.span), one);
    }),
  );
  return questions.flatMap(({ span }) => figures.get(nameOf(span)) ?? []);
}

function askedOf(span: Span, questions: readonly Question[]): Asked {
  const ofSpan = questions.filter((question) => nameOf(question.span) === nameOf(span));
  const series = ofSpan.filter(isSeries);
  const inside = series.flatMap(startsOf).filter((start) => start > span.from);
  return {
    span,
    hasOverview: series.length < ofSpan.length,
    starts: series.length === 0 ? [] : [...new Set([span.from, ...inside])].toSorted((a, b) => a - b),
  };
}

function nameOf({ from, to }: Span): string {
  return `${from} ${to}`;
}

function startsOf({ span, cut: { interval, zone } }: SeriesOf): number[] {
  return intervalStarts(span, interval, zone);
}

function isSeries(question: Question): question is SeriesOf {
  return 'metric' in question;
}

/** A curve is of everything together. */
function cubeOf(question: Question): Cube {
  return cubeFor(question.scope.filter, !isSeries(question) && question.byPlatform ? 'platform' : undefined);
}
