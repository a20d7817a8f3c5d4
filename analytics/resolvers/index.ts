import type { Resolvers } from '../generated/resolvers.ts';
import { Dashboard } from './Dashboard.ts';
import { OperationsReport } from './OperationsReport.ts';
import { Query } from './Query.ts';
import { AgentStats, LabelStats, PlatformStats, TeamStats } from './stats.ts';

export const resolvers: Resolvers = {
  Query,
  OperationsReport,
  Dashboard,
  PlatformStats,
  AgentStats,
  TeamStats,
  LabelStats,
};
