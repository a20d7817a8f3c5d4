import './styles.css';
import { runDashboard } from './dashboard.ts';
import { connectGraph, DIRECTORY, type Directory } from './graph.ts';
import { askForToken } from './view/signIn.ts';

const KEY = 'switchboard-token';
const demoToken = document.querySelector<HTMLMetaElement>('meta[name="demo-token"]')?.content ?? '';

/** The token stays in this tab: other pages, and the next who sits here, have to give theirs. */
let token = sessionStorage.getItem(KEY) ?? demoToken;
let reason = '';
for (;;) {
  if (token === '') token = await askForToken(reason);
  const graph = connectGraph(token);
  try {
    const directory = await graph.ask<Directory>(DIRECTORY);
    sessionStorage.setItem(KEY, token);
    reason = await runDashboard(graph, directory);
  } catch (error) {
    reason = error instanceof Error ? error.message : 'The graph does not answer.';
  }
  graph.close();
  sessionStorage.removeItem(KEY);
  token = '';
}
