import { busiest, clock, days } from '../busyHours.ts';
import { say } from '../figures.ts';
import { colors } from './colors.ts';
import type { Option } from './echarts.ts';

/** When customers write: hours across, days down. */
export function heatOption(hours: readonly (readonly number[])[], isNarrow: boolean): Option {
  const { text, faint, line, card, heat } = colors();
  const cells = hours.flatMap((row, day) => row.map((value, hour) => [hour, day, value]));
  const most = Math.max(1, ...hours.flat());
  return {
    animation: false,
    aria: { enabled: true, label: { description: busiest(hours) } },
    grid: { left: 4, right: 4, top: 4, bottom: 4, containLabel: true },
    tooltip: {
      backgroundColor: card,
      borderColor: line,
      textStyle: { color: text },
      formatter: (given: unknown) => {
        const { value } = given as { value: readonly [number, number, number] };
        const [hour, day, count] = value;
        return `${days[day] ?? ''} ${clock(hour)}–${clock(hour + 1)}<br><b>${say(count, 'count')}</b> messages`;
      },
    },
    xAxis: {
      type: 'category',
      data: Array.from({ length: 24 }, (_, hour) => clock(hour)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: faint, interval: isNarrow ? 5 : 2 },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: days,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: faint },
    },
    visualMap: { show: false, min: 0, max: most, inRange: { color: heat } },
    series: [
      {
        type: 'heatmap',
        data: cells,
        itemStyle: { borderColor: card, borderWidth: 2, borderRadius: 4 },
        emphasis: { itemStyle: { borderColor: text, borderWidth: 1 } },
      },
    ],
  };
}
