import type { HandOverReason } from '#schema/events/bot.ts';

/** What has to come of something that a contact writes: an answer from a document that says this, a courtesy, or a person. */
export type Outcome = { readonly from: string; readonly says: string } | 'COURTESY' | HandOverReason;

/** What a contact writes, one after another, each with what has to come of it. */
export interface Dialogue {
  readonly about: string;
  readonly turns: readonly (readonly [said: string, outcome: Outcome])[];
}

/** The shop's documents, by their titles. */
export const returns = 'Returns and refunds';
export const shipping = 'Shipping and delivery times';
export const hours = 'Opening hours and address of our shop';
export const account = 'Your account and password';
export const warranty = 'Warranty and repairs';
export const paying = 'Paying';
export const gifts = 'Gift cards and discount codes';
export const changing = 'Changing or cancelling an order';
export const care = 'Care of jackets, boots and tents';
export const sizes = 'Choosing the right size';
export const renting = 'Renting tents and skis';

/** One question and what is to become of it. */
export const one = (about: string, said: string, outcome: Outcome): Dialogue => ({ about, turns: [[said, outcome]] });
