import { h } from '#platform/dom/h.ts';
import { figuresQuery, rangeOf, SignedOut, type Directory, type Figures, type Graph } from './graph.ts';
import { metricNamed, metrics } from './metrics.ts';
import { intervalOf, isGoingOn, type Span } from './range.ts';
import { filterOf, readView, spanOfView, writeView, type View } from './state.ts';
import { createRefreshing } from './refreshing.ts';
import { createAgents } from './view/agents.ts';
import { createBotPanel } from './view/botPanel.ts';
import { createCurvePanel } from './view/curvePanel.ts';
import { createExports } from './view/exports.ts';
import { createHeader } from './view/header.ts';
import { createHeatPanel } from './view/heatPanel.ts';
import { createPercentiles } from './view/percentiles.ts';
import { createPlatforms } from './view/platforms.ts';
import { createTiles } from './view/tiles.ts';
import { createToolbar } from './view/toolbar.ts';

interface Shown {
  readonly figures: Figures['dashboard'];
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
  const bot = createBotPanel();
  const files = createExports(graph, () => view);
  const problem = h('p', { class: 'error', role: 'alert', hidden: true });
  const main = h(
    'main',
    { 'aria-busy': 'true' },
    toolbar.element,
    problem,
    tiles.element,
    h(
      'div',
      { class: 'grid' },
      curve.element,
      percentiles.element,
      agents.element,
      bot.element,
      heat.element,
      platforms.element,
      files.element,
    ),
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
      const found = await load(graph, view);
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
    const { figures, view: of, span, at } = shown;
    const metric = metricNamed(of.metric);
    tiles.show(figures, metric.name, of.compares);
    curve.show({
      metric,
      interval: intervalOf(span),
      timeZone: figures.timeZone,
      isGoingOn: isGoingOn(span, at),
      now: figures[`curve_${metric.name}`] ?? [],
      before: of.compares ? figures.before : [],
    });
    percentiles.show(figures.totals);
    platforms.show(figures);
    heat.show(figures);
    agents.show(figures);
    bot.show(figures.totals);
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

async function load(graph: Graph, view: View): Promise<Shown> {
  const at = new Date();
  const span = spanOfView(view, at);
  const { dashboard } = await graph.ask<Figures>(figuresQuery(metrics.map(({ name }) => name)), {
    range: rangeOf(span),
    filter: filterOf(view),
    interval: intervalOf(span),
    metric: metricNamed(view.metric).name,
  });
  return { figures: dashboard, view, span, at };
}
