import { h } from '#platform/dom/h.ts';
import { say } from '../figures.ts';
import type { Totals } from '../graph.ts';
import { panel } from './dom.ts';

/** As people say them, who have not read the documentation. */
const reasonNames: Readonly<Record<string, string>> = {
  ASKED_FOR_PERSON: 'A person was asked for',
  NOT_IN_KNOWLEDGE: 'Not in the documents',
  REPEATED: 'Asked again',
  ANGER: 'Anger',
  COMPANY_RULE: 'A rule of the company',
  OUTSIDE_HOURS: 'Nobody was there',
  MODEL_FAILED: 'The model was away',
  BOT_AWAY: 'The bot did not answer',
};

/** What the bot takes off people's hands, what it does not, and what agents think of it. */
export function createBotPanel() {
  const body = h('div', { class: 'bot' });
  return {
    element: panel('The bot', { note: 'What it settles, and why it steps aside', width: 'narrow' }, body),
    show(totals: Totals): void {
      const { botResolutionRate, unansweredQuestions, handoffs } = totals;
      body.replaceChildren(
        h(
          'dl',
          { class: 'facts' },
          fact('Resolved without a person', say(botResolutionRate, 'share')),
          fact('Left to people', say(handoffs, 'count')),
          fact('Questions without an answer', say(unansweredQuestions, 'count')),
        ),
        h('h3', {}, 'Why it stepped aside'),
        reasons(totals),
        h('h3', {}, 'What agents think of its answers'),
        ratings(totals),
      );
    },
  };
}

function fact(title: string, value: string): HTMLElement {
  return h('div', {}, h('dt', {}, title), h('dd', {}, value));
}

function reasons({ handoffReasons }: Totals): HTMLElement {
  if (handoffReasons.length === 0) return h('p', { class: 'note' }, 'It did not.');
  const most = Math.max(...handoffReasons.map(({ count }) => count));
  return h(
    'dl',
    { class: 'bars' },
    ...handoffReasons.flatMap(({ reason, count }) => [
      h('dt', {}, reasonNames[reason] ?? reason),
      h('dd', {}, track(count / most), h('span', { class: 'figure' }, say(count, 'count'))),
    ]),
  );
}

function ratings({ answersRatedGood: good, answersRatedBad: bad }: Totals): HTMLElement {
  const all = good + bad;
  if (all === 0) return h('p', { class: 'note' }, 'Nobody rated one. Agents do it in the conversation.');
  return h(
    'div',
    { class: 'ratings' },
    track(good / all, 'split'),
    h(
      'p',
      { class: 'note' },
      h('strong', { class: 'good' }, `${say(good, 'count')} good`),
      ', ',
      h('strong', { class: 'bad' }, `${say(bad, 'count')} bad`),
      `: ${say(good / all, 'share')} good`,
    ),
  );
}

function track(share: number, kind = ''): HTMLElement {
  const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.inlineSize = `${String(share * 100)}%`;
  return h('span', { class: `track ${kind}` }, bar);
}
