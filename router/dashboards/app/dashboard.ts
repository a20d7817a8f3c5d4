import { h } from '#platform/dom/h.ts';
import { byHourOfWeek } from './busyHours.ts';
import {
  agentsQuery,
  BUSY_HOURS,
  figuresQuery,
  rangeOf,
  SignedOut,
  type Directory,
  type Figures,
  type Graph,
  type Totals,
} from './graph.ts';
import { metricNamed, metrics } from './metrics.ts';
import type { Point } from './point.ts';
import { before, hasBusyHours, intervalOf, isGoingOn, type Span } from './range.ts';
import { filterOf, readView, spanOfView, writeView, type View } from './state.ts';
import { createRefreshing } from './refreshing.ts';
import { createAgents, type AgentRow } from './view/agents.ts';
import { createCurvePanel } from './view/curvePanel.ts';
import { createHeader } from './view/header.ts';
import { createHeatPanel } from './view/heatPanel.ts';
import { createPercentiles } from './view/percentiles.ts';
import { createPlatforms } from './view/platforms.ts';
import { createTiles } from './view/tiles.ts';
import { createToolbar } from './view/toolbar.ts';

/** One operation has at most so many roots. */
const MOST_AGENTS = 20;

interface Shown {
  readonly figures: Figures & { readonly before: { readonly curve: readonly Point[] } };
  readonly hours: readonly (readonly number[])[] | undefined;
  readonly agents: readonly AgentRow[];
  readonly view: View;
  readonly span: Span;
  readonly at: Date;
}

/** Shows the dashboards until somebody signs out, or their token ends; resolves with why. */
export async function runDashboard(graph: Graph, directory: Directory): Promise<string> {
  let view = readView(location.search);
  let shown: Shown | undefined;
  let asked = 0;
  let isLive = false;
  const ended = Promise.withResolvers<string>();

  const header = createHeader({ onTheme: () => draw(), onSignOut: () => ended.resolve('') });
  const toolbar = createToolbar(view, directory, change);
  const tiles = createTiles((metric) => change({ metric }));
  const curve = createCurvePanel();
  const percentiles = createPercentiles();
  const platforms = createPlatforms();
  const heat = createHeatPanel();
  const agents = createAgents();
  const problem = h('p', { class: 'error', role: 'alert', hidden: true });
  const main = h(
    'main',
    { 'aria-busy': 'true' },
    toolbar.element,
    problem,
    tiles.element,
    h('div', { class: 'grid' }, curve.element, heat.element, percentiles.element, agents.element, platforms.element),
  );
  document.body.replaceChildren(header.element, main);
  header.showViewer(directory.viewer?.name ?? '');

  function change(changed: Partial<View>): void {
    view = { ...view, ...changed };
    const search = writeView(view);
    history.replaceState(null, '', search === '' ? location.pathname : `?${search}`);
    toolbar.show(view);
    void refresh();
  }

  /** Of several answers under way only the last counts. */
  async function refresh(): Promise<void> {
    asked += 1;
    const mine = asked;
    main.setAttribute('aria-busy', 'true');
    try {
      const found = await load(graph, directory, view);
      if (mine !== asked) return;
      shown = found;
      problem.hidden = true;
      draw();
    } catch (error) {
      if (mine !== asked) return;
      if (error instanceof SignedOut) ended.resolve(error.message);
      problem.textContent = `This cannot be shown now: ${error instanceof Error ? error.message : 'try again.'}`;
      problem.hidden = false;
    } finally {
      if (mine === asked) main.setAttribute('aria-busy', 'false');
      header.showLive(isLive, new Date());
    }
  }

  function draw(): void {
    if (!shown) return;
    const { figures, hours, agents: rows, view: of, span, at } = shown;
    const metric = metricNamed(of.metric);
    tiles.show(figures, metric.name, of.compares);
    const previous = of.compares ? figures.before.curve : [];
    curve.show({
      metric,
      interval: intervalOf(span),
      isGoingOn: isGoingOn(span, at),
      now: figures.now[metric.name] ?? [],
      before: previous,
    });
    percentiles.show(figures.now.totals);
    platforms.show(figures);
    heat.show(hours);
    agents.show(rows);
  }

  const refreshing = createRefreshing(refresh);
  const stopNews = graph.onNews(
    () => refreshing.news(),
    (now) => {
      isLive = now;
      header.showLive(isLive, new Date());
    },
  );
  await refresh();
  const reason = await ended.promise;
  stopNews();
  refreshing.stop();
  return reason;
}

async function load(graph: Graph, directory: Directory, view: View): Promise<Shown> {
  const at = new Date();
  const span = spanOfView(view, at);
  const range = rangeOf(span);
  const filter = filterOf(view);
  const metric = metricNamed(view.metric).name;
  const curves = metrics.map(({ name }) => name);
  const people = directory.agents.filter(({ id }) => view.agentId === '' || id === view.agentId).slice(0, MOST_AGENTS);
  const [figures, hours, agents] = await Promise.all([
    graph.ask<Shown['figures']>(figuresQuery(curves), {
      range,
      before: rangeOf(before(span)),
      filter,
      interval: intervalOf(span),
      metric,
    }),
    hasBusyHours(span)
      ? graph.ask<{ dashboard: { series: readonly Point[] } }>(BUSY_HOURS, { range, filter })
      : undefined,
    people.length === 0
      ? {}
      : graph.ask<Record<string, { totals: Totals }>>(agentsQuery(people), {
          range,
          ...Object.fromEntries(people.map(({ id }, place) => [`f${String(place)}`, { ...filter, agentIds: [id] }])),
        }),
  ]);
  return {
    figures,
    hours: hours && byHourOfWeek(hours.dashboard.series),
    agents: people.flatMap((agent, place) => {
      const totals = (agents as Record<string, { totals: Totals }>)[`a${String(place)}`]?.totals;
      return totals ? [{ agent, totals }] : [];
    }),
    view,
    span,
    at,
  };
}
