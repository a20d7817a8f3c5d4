import { say, stepOf, type Kind } from '../figures.ts';
import { label, type Point } from '../point.ts';
import type { Interval } from '../range.ts';
import { colors } from './colors.ts';
import type { Option } from './echarts.ts';

/** One metric over time, with the time before under it. */
export function curveOption(given: {
  readonly title: string;
  readonly kind: Kind;
  readonly interval: Interval;
  readonly timeZone: string;
  readonly now: readonly Point[];
  readonly before: readonly Point[];
  /** The last point is not the whole of its interval yet: the way to it is dotted. */
  readonly isGoingOn: boolean;
  readonly isNarrow: boolean;
}): Option {
  const { title, kind, interval, timeZone, now, before, isGoingOn, isNarrow } = given;
  const whole = isGoingOn ? now.length - 1 : now.length;
  const { text, faint, line, card, accent, accentSoft, second } = colors();
  const labels = now.map(({ at }) => label(at, interval, timeZone));
  return {
    animationDuration: 250,
    aria: { enabled: true, label: { description: described(title, kind, labels, now) } },
    grid: { left: 8, right: 12, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      backgroundColor: card,
      borderColor: line,
      textStyle: { color: text },
      valueFormatter: (value: unknown) => say(typeof value === 'number' ? value : null, kind),
    },
    xAxis: {
      type: 'category',
      data: labels,
      boundaryGap: false,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: faint, hideOverlap: true, margin: 12 },
    },
    yAxis: {
      type: 'value',
      splitNumber: isNarrow ? 3 : 5,
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: faint, formatter: (value: number) => say(value, kind) },
      minInterval: kind === 'count' ? 1 : 0,
      ...(kind === 'seconds' && {
        interval: stepOf(Math.max(1, ...[...now, ...before].map(({ value }) => value)), isNarrow ? 3 : 5),
      }),
    },
    series: [
      ...(before.length > 0
        ? [
            {
              type: 'line' as const,
              name: 'Before',
              data: now.map((_point, at) => before[at]?.value ?? null),
              showSymbol: false,
              lineStyle: { color: second, width: 1.5, type: 'dashed' as const },
              itemStyle: { color: second },
            },
          ]
        : []),
      {
        type: 'line' as const,
        name: title,
        data: now.map(({ value }, at) => (at < whole ? value : null)),
        showSymbol: now.length < 40,
        symbolSize: 5,
        smooth: 0.2,
        smoothMonotone: 'x' as const,
        lineStyle: { color: accent, width: 2.5 },
        itemStyle: { color: accent },
        areaStyle: { color: accentSoft },
      },
      ...(isGoingOn
        ? [
            {
              type: 'line' as const,
              name: 'So far',
              data: now.map(({ value }, at) => (at >= whole - 1 ? value : null)),
              showSymbol: false,
              lineStyle: { color: accent, width: 2, type: 'dotted' as const },
              itemStyle: { color: accent },
              tooltip: { show: false },
            },
          ]
        : []),
    ],
  };
}

/** A tile's curve: its shape alone. */
export function sparkOption(points: readonly Point[]): Option {
  const { accent, accentSoft } = colors();
  return {
    animation: false,
    grid: { left: 0, right: 0, top: 2, bottom: 0 },
    xAxis: { type: 'category', show: false, boundaryGap: false, data: points.map(({ at }) => at) },
    yAxis: { type: 'value', show: false, min: 0 },
    series: [
      {
        type: 'line',
        data: points.map(({ value }) => value),
        showSymbol: false,
        silent: true,
        lineStyle: { color: accent, width: 1.5 },
        areaStyle: { color: accentSoft },
      },
    ],
  };
}

/** The curve in a sentence. */
function described(title: string, kind: Kind, labels: readonly string[], points: readonly Point[]): string {
  const values = points.map(({ value }) => value);
  if (values.length === 0) return `${title}: nothing in this range.`;
  const most = values.indexOf(Math.max(...values));
  return `${title} from ${labels[0] ?? ''} to ${labels.at(-1) ?? ''}: at most ${say(values[most], kind)}, on ${labels[most] ?? ''}.`;
}
