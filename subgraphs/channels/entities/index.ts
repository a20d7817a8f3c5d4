import { Channel } from './channel.ts';
import { Company } from './company.ts';

export const entities = [Company, Channel];
