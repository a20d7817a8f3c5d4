/** Fields of which the sweep sees nothing but null, and why that is so. Everything else has to be answered to its owner. */
export const unanswered: Readonly<Record<string, string>> = {
  'Citation.document': 'only a bot answers from passages, and no author of today is one',
  'Citation.quote': 'the same',
  'DashboardTotals.botResolutionRate': 'a share of resolved conversations, of which there are none here',
  'ReauthorizeChannelPayload.channel': 'takes a new token of the platform’s',
  'RetryMessagePayload.message': 'takes a message that its platform failed, of somebody who may be written to',
};
