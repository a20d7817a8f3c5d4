import { storableText } from '#platform/postgres/storableText.ts';

/** Names the flow's run, not an answer. */
const TOKEN = 'flow_token';

/** What a person filled in, a line each; none when it cannot be read: phones send invalid JSON at times. */
export function flowAnswers(responseJson: string): string[] {
  let answers: unknown;
  try {
    answers = JSON.parse(responseJson);
  } catch {
    return [];
  }
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers)) return [];
  return (
    Object.entries(answers)
      .filter(([question]) => question !== TOKEN)
      .map(([question, answer]) => `${question}: ${typeof answer === 'string' ? answer : JSON.stringify(answer)}`)
      // What cannot be stored was hidden in the escapes of the inner JSON.
      .map(storableText)
  );
}
