import type { Resolvers } from '../generated/resolvers.ts';
import { Channel } from './Channel.ts';
import { Company } from './Company.ts';
import { channel } from './Query/channel.ts';
import { channels } from './Query/channels.ts';
import { company } from './Query/company.ts';

export const resolvers: Resolvers = { Query: { company, channel, channels }, Company, Channel };
