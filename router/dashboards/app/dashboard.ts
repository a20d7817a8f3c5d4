import { h } from '#platform/dom/h.ts';
import { createFollowing, type Freshness } from './following.ts';
import { figuresDocuments, NAMES, rangeOf, type Directory, type Figures, type Graph } from './graph.ts';
import { metricNamed, metrics } from './metrics.ts';
import { createNames, type Named } from './names.ts';
import { intervalOf, isGoingOn, today, type Span } from './range.ts';
import { filterOf, readView, spanOfView, writeView, type View } from './state.ts';
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

interface Asked {
  readonly view: View;
  readonly span: Span;
  readonly at: Date;
}
interface Shown extends Asked {
  readonly figures: Figures['dashboard'];
  readonly cameAt: Date;
}

interface NamesFound {
  readonly dashboard: { readonly byAgent: readonly { readonly agent: Named | null }[] };
}

/** On the minute a range that ends now ends later. */
const MOVES_MS = 60_000;
const documents = figuresDocuments(metrics.map(({ name }) => name));

/** Shows the dashboards until somebody signs out, or their token ends; resolves with why. */
export async function runDashboard(graph: Graph, directory: Directory): Promise<string> {
  let zone = directory.company.timeZone;
  let view = readView(location.search);
  let shown: Shown | undefined;
  const ended = Promise.withResolvers<string>();

  const header = createHeader({ onTheme: () => draw(), onSignOut: () => ended.resolve('') });
  const toolbar = createToolbar(view, directory, { todayIs: () => today(new Date(), zone), onChange: change });
  const tiles = createTiles((metric) => change({ metric }));
  const curve = createCurvePanel();
  const percentiles = createPercentiles();
  const platforms = createPlatforms();
  const heat = createHeatPanel();
  const names = createNames(directory.agents, { ask: askForNames, onFound: () => draw() });
  const agents = createAgents(names);
  const bot = createBotPanel();
  const files = createExports(graph, asked);
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
    following.change();
  }

  function asked(at = new Date()): Asked {
    return { view, span: spanOfView(view, at, zone), at };
  }

  function show(figures: Figures['dashboard'], of: Asked): void {
    shown = { ...of, figures, cameAt: new Date() };
    names.need(figures.byAgent.map(({ agent }) => agent.id));
    draw();
    if (figures.timeZone === zone) return;
    zone = figures.timeZone;
    following.change();
  }

  function showFreshness(freshness: Freshness, trouble: Error | undefined): void {
    header.showFreshness(freshness, shown?.cameAt);
    main.setAttribute('aria-busy', String(freshness === 'WAITING'));
    main.classList.toggle('old', freshness === 'OLD');
    problem.hidden = trouble === undefined;
    problem.textContent = trouble ? `There are no new figures now: ${trouble.message}` : '';
  }

  async function askForNames(): Promise<readonly Named[]> {
    const { dashboard } = await graph.ask<NamesFound>(NAMES, variablesOf(asked()));
    return dashboard.byAgent.flatMap(({ agent }) => agent ?? []);
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

  const following = createFollowing<Asked, Figures['dashboard']>({
    source: {
      ask: async (wanted) => (await graph.ask<Figures>(documents.query, variablesOf(wanted))).dashboard,
      follow: (wanted, { next, failed }) =>
        graph.follow<Figures>(documents.subscription, variablesOf(wanted), {
          next: ({ dashboard }) => next(dashboard),
          failed,
        }),
    },
    asked: (now) => ({ what: asked(now), movesAt: Math.ceil((now.getTime() + 1) / MOVES_MS) * MOVES_MS }),
    isSeen: () => !document.hidden,
    onAnswer: show,
    onFreshness: showFreshness,
    onSignedOut: ended.resolve,
  });
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener('visibilitychange', () => following.wake(), { signal });
  for (const change of ['online', 'offline']) addEventListener(change, () => following.again(), { signal });
  const reason = await ended.promise;
  listening.abort();
  following.stop();
  return reason;
}

function variablesOf({ view, span }: Asked): Record<string, unknown> {
  return {
    range: rangeOf(span),
    filter: filterOf(view),
    interval: intervalOf(span),
    metric: metricNamed(view.metric).name,
  };
}
