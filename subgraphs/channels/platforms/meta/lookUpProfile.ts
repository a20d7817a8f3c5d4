import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import type { Profile } from '../outbound.ts';
import { isNoSuchObject, readAnswer } from './askGraph.ts';
import type { GraphApi, GraphFailure } from './graphApi.ts';
import { refusalOf } from './refusals.ts';

const text = z.string().transform(storableText);
const person = z.object({
  name: text.optional(),
  first_name: text.optional(),
  last_name: text.optional(),
  username: text.optional(),
  profile_pic: z.url().optional().catch(undefined),
});

/** There is no profile for this id, which is so for people who came by an advertisement, for one. */
const NO_PROFILE = 2018218;

/** Undefined when Graph does not tell, which is no failure: many people's profiles are not for everybody. */
export async function lookUpProfile(
  graph: GraphApi,
  token: string,
  { id, fields }: { readonly id: string; readonly fields: readonly string[] },
): Promise<Profile | undefined> {
  const query = { fields: fields.join(',') };
  const answer = await graph.call(token, { method: 'GET', path: `/${encodeURIComponent(id)}`, query });
  if (answer.kind === 'failed' && isUntold(answer)) return undefined;
  const { name, first_name: first, last_name: last, username, profile_pic: picture } = readAnswer(answer, person);
  const fullName = [first, last].filter(Boolean).join(' ');
  return {
    name: name || fullName || null,
    username: username || null,
    languageCode: null,
    pictureUrl: picture ?? null,
  };
}

function isUntold(answer: GraphFailure): boolean {
  if (answer.error.error_subcode === NO_PROFILE || isNoSuchObject(answer)) return true;
  return refusalOf(answer).failure.code === 'NOT_PERMITTED';
}
