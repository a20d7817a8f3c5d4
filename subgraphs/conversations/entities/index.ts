import { Agent } from './agent.ts';
import { Conversation } from './conversation.ts';
import { Message } from './message.ts';

/** What commands load and change as objects. Reads, and tables that only ever take a row, are plain SQL. */
export const entities = [Agent, Conversation, Message];
