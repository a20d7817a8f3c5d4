import type { AttachmentResolvers } from '../generated/resolvers.ts';

export const attachment: AttachmentResolvers = {
  // Our own copy, once there is one: the platform's address dies, and may be open to nobody but us.
  url: ({ fileKey, url }, _args, { signFile }) => (fileKey == null ? url : signFile(fileKey)),
};
