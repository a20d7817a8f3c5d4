import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { init, use, type ECharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([
  LineChart,
  HeatmapChart,
  BarChart,
  GridComponent,
  TooltipComponent,
  VisualMapComponent,
  AriaComponent,
  CanvasRenderer,
]);

export type Option = Parameters<ECharts['setOption']>[0];

export interface Chart {
  readonly element: HTMLElement;
  /** Draws, in the colours of the moment. */
  draw(option: Option): void;
}

/** A chart that fills its element, whatever becomes of its size. */
export function createChart(className: string): Chart {
  const element = document.createElement('div');
  element.className = className;
  let chart: ECharts | undefined;
  new ResizeObserver(() => chart?.resize()).observe(element);
  return {
    element,
    draw(option) {
      chart ??= init(element);
      chart.setOption(option, { notMerge: true });
    },
  };
}
