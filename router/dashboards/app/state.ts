import { UTC } from '#platform/time/zones.ts';
import { isPreset, spanOf, spanOfDays, type Preset, type Span } from './range.ts';

/** What somebody looks at: it stands in the address, to be kept and passed on. */
export interface View {
  readonly range: Preset | { readonly first: string; readonly last: string };
  readonly platform: string;
  readonly channelId: string;
  readonly teamId: string;
  readonly agentId: string;
  readonly labelId: string;
  readonly metric: string;
  readonly compares: boolean;
}

const initialRange = '7d';

export const initialView: View = {
  range: initialRange,
  platform: '',
  channelId: '',
  teamId: '',
  agentId: '',
  labelId: '',
  metric: 'MESSAGES_RECEIVED',
  compares: true,
};

export function readView(search: string): View {
  const given = new URLSearchParams(search);
  const [first, last] = [given.get('from') ?? '', given.get('to') ?? ''];
  const preset = given.get('range') ?? '';
  return {
    range: spanOfDays(first, last, UTC) ? { first, last } : isPreset(preset) ? preset : initialView.range,
    platform: given.get('platform') ?? '',
    channelId: given.get('channel') ?? '',
    teamId: given.get('team') ?? '',
    agentId: given.get('agent') ?? '',
    labelId: given.get('label') ?? '',
    metric: given.get('metric') ?? initialView.metric,
    compares: given.get('compare') !== 'no',
  };
}

/** Only what is not as it is anyway. */
export function writeView(view: View): string {
  const { range } = view;
  const entries: [string, string][] = [
    ...(typeof range === 'string'
      ? [['range', range === initialView.range ? '' : range] as [string, string]]
      : [['from', range.first] as [string, string], ['to', range.last] as [string, string]]),
    ['platform', view.platform],
    ['channel', view.channelId],
    ['team', view.teamId],
    ['agent', view.agentId],
    ['label', view.labelId],
    ['metric', view.metric === initialView.metric ? '' : view.metric],
    ['compare', view.compares ? '' : 'no'],
  ];
  return new URLSearchParams(entries.filter(([, value]) => value !== '')).toString();
}

/** Days are those of the company's time zone. */
export function spanOfView({ range }: Pick<View, 'range'>, now: Date, zone: string): Span {
  if (typeof range === 'string') return spanOf(range, now);
  return spanOfDays(range.first, range.last, zone) ?? spanOf(initialRange, now);
}

export function filterOf({ platform, channelId, teamId, agentId, labelId }: View) {
  return {
    ...(platform !== '' && { platforms: [platform] }),
    ...(channelId !== '' && { channelIds: [channelId] }),
    ...(teamId !== '' && { teamIds: [teamId] }),
    ...(agentId !== '' && { agentIds: [agentId] }),
    ...(labelId !== '' && { labelIds: [labelId] }),
  };
}
