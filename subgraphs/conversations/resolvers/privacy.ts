import type { PrivacyJobResolvers } from '../generated/resolvers.ts';
import { present } from './pages.ts';

export const privacyJob: PrivacyJobResolvers = {
  requestedBy: async ({ requestedBy }, _args, { loaders }) =>
    present(await loaders.agent.load(requestedBy), `agent ${requestedBy}`),
  url: ({ fileKey }, _args, { signFile }) => (fileKey === null ? null : signFile(fileKey)),
};
